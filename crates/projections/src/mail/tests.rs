use std::path::Path;

use base::ManualClock;
use testkit::{noon, on_both_engines};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;

const FROM: &str = "The Paper <news@example.org>";

fn mail(subject: &str, text: &str) -> Mail {
    Mail {
        to: "rosa@example.net".to_owned(),
        subject: subject.to_owned(),
        text: text.to_owned(),
        unsubscribe: None,
        until: noon().plus(Duration::from_secs(900)),
    }
}

async fn ask(store: &Store, key: &str, mail: &Mail) {
    let mut tx = store.begin().await.unwrap();
    accounts::mail::send(&mut tx, key, mail, noon()).await.unwrap();
    tx.commit().await.unwrap();
}

fn clock_at(at: Timestamp) -> Arc<dyn Clock> {
    Arc::new(ManualClock::at(at))
}

async fn in_folder(folder: &Path) -> Vec<String> {
    let mut all = Vec::new();
    let Ok(mut files) = tokio::fs::read_dir(folder).await else { return all };
    while let Some(file) = files.next_entry().await.unwrap() {
        all.push(tokio::fs::read_to_string(file.path()).await.unwrap());
    }
    all
}

/// A small SMTP server, which answers a recipient with each of these in turn, and tells of every
/// mail that it has taken. To one it says nothing at all where the answer is empty.
async fn server(answers: &'static [&'static str]) -> (String, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (taken, mails) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        for answer in answers {
            let (socket, _) = listener.accept().await.unwrap();
            converse(socket, answer, &taken).await;
        }
    });
    (format!("smtp://127.0.0.1:{port}"), mails)
}

async fn converse(
    mut socket: tokio::net::TcpStream,
    answer: &str,
    taken: &mpsc::UnboundedSender<String>,
) {
    let (read, mut write) = socket.split();
    let mut lines = BufReader::new(read).lines();
    if answer.is_empty() {
        // It listens for as long as somebody speaks, and says nothing.
        while let Ok(Some(_)) = lines.next_line().await {}
        return;
    }
    let mut say = async |text: &str| write.write_all(format!("{text}\r\n").as_bytes()).await;
    say("220 mail.example.org").await.unwrap();
    while let Ok(Some(line)) = lines.next_line().await {
        let told = match line.split(' ').next().unwrap_or_default() {
            "EHLO" => "250 mail.example.org",
            "RCPT" => answer,
            "DATA" => {
                say("354 Go on").await.unwrap();
                let mut text = String::new();
                while let Some(line) = lines.next_line().await.unwrap() {
                    if line == "." {
                        break;
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                taken.send(text).unwrap();
                "250 Taken"
            }
            "QUIT" => "221 Bye",
            _ => "250 Good",
        };
        if say(told).await.is_err() {
            return;
        }
    }
}

on_both_engines! {
    async fn a_mail_goes_out_once_and_is_forgotten(store: &TestStore) {
        let (url, mut mails) = server(&["250 Good", "250 Good"]).await;
        let mailer = Mailer::new(&url, FROM).unwrap();
        let sent = Mail {
            unsubscribe: Some("https://paper.example/follows/x".to_owned()),
            ..mail("Señal", "Grüße,\nthe paper\n")
        };
        ask(store, "a", &sent).await;
        ask(store, "a", &sent).await;
        let clock = clock_at(noon());
        assert!(post_once(store, &mailer, &clock).await.unwrap());
        assert!(!post_once(store, &mailer, &clock).await.unwrap());
        let text = mails.recv().await.unwrap();
        for line in [
            "From: \"The Paper\" <news@example.org>",
            "To: rosa@example.net",
            "Date: Thu, 01 Jan 2026 12:00:00 +0000",
            "Content-Type: text/plain; charset=utf-8",
            "Auto-Submitted: auto-generated",
            "List-Unsubscribe: <https://paper.example/follows/x>",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
            "Gr=C3=BC=C3=9Fe,",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} in {text}");
        }
        assert!(text.contains("Message-ID: <") && text.contains("@example.org>"), "{text}");
        let kept: String =
            store::sql("SELECT payload AS value FROM jobs").value(&**store).await.unwrap();
        assert_eq!(kept, "");
    }

    async fn what_a_server_cannot_take_is_sent_later_under_the_same_name(store: &TestStore) {
        let (url, mut mails) = server(&["451 Later", "250 Good"]).await;
        let mailer = Mailer::new(&url, FROM).unwrap();
        ask(store, "a", &mail("Later", "Well.")).await;
        assert!(post_once(store, &mailer, &clock_at(noon())).await.unwrap());
        assert!(!post_once(store, &mailer, &clock_at(noon())).await.unwrap(), "it waits a little");
        let later = clock_at(noon().plus(Duration::from_secs(2)));
        assert!(post_once(store, &mailer, &later).await.unwrap());
        assert!(mails.recv().await.unwrap().contains("Subject: Later"));
        assert_eq!(jobs::waiting(store).await.unwrap(), 0);
    }

    async fn what_is_refused_for_good_is_given_up(store: &TestStore) {
        let (url, mut mails) = server(&["550 Nobody"; 5]).await;
        let mailer = Mailer::new(&url, FROM).unwrap();
        ask(store, "a", &mail("To nobody", "Well.")).await;
        for attempt in 0..5 {
            let clock = clock_at(noon().plus(Duration::from_secs(100 * attempt)));
            assert!(post_once(store, &mailer, &clock).await.unwrap(), "{attempt}");
        }
        assert_eq!(jobs::waiting(store).await.unwrap(), 0);
        assert!(mails.try_recv().is_err());
    }

    async fn what_came_too_late_is_not_sent(store: &TestStore) {
        let folder = store.folder().join("mail");
        let mailer = Mailer::new(&format!("folder:{}", folder.display()), FROM).unwrap();
        ask(store, "a", &mail("A link", "Well.")).await;
        let late = clock_at(noon().plus(Duration::from_secs(900)));
        assert!(post_once(store, &mailer, &late).await.unwrap());
        assert_eq!(jobs::waiting(store).await.unwrap(), 0);
        assert!(in_folder(&folder).await.is_empty());
    }

    async fn nothing_that_people_write_becomes_a_header(store: &TestStore) {
        let folder = store.folder().join("mail");
        let mailer = Mailer::new(&format!("folder:{}", folder.display()), FROM).unwrap();
        let evil = "Well\r\nBcc: all@example.org\r\n\r\n<b>Buy</b>";
        ask(store, "a", &mail(evil, "Well.\r\n.\r\nRCPT TO:<all@example.org>")).await;
        let to = "rosa@example.net\r\nBcc: all@example.org".to_owned();
        ask(store, "b", &Mail { to, ..mail("Well", "Well.") }).await;
        let unsubscribe = Some("https://paper.example/\r\nBcc: all@example.org".to_owned());
        ask(store, "c", &Mail { unsubscribe, ..mail("Well", "Well.") }).await;
        while post_once(store, &mailer, &clock_at(noon())).await.unwrap() {}
        let all = in_folder(&folder).await;
        assert_eq!(all.len(), 2, "an address that is none is never sent to");
        for text in all {
            let head = text.split("\r\n\r\n").next().unwrap();
            assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{text}");
            assert_eq!(head.lines().filter(|line| line.starts_with("Subject:")).count(), 1);
        }
    }
}

/// Time passes by itself while nothing else can happen, so nobody waits for the server's patience.
#[tokio::test]
async fn a_server_that_never_answers_keeps_only_the_mail_waiting() {
    let (url, _mails) = server(&[""]).await;
    let mailer = Mailer::new(&url, FROM).unwrap();
    tokio::time::pause();
    let job = JobId(uuid::Uuid::nil());
    let hung = mailer.deliver(job, &mail("Hangs", "Well."), noon()).await;
    assert!(matches!(hung, Err(Undelivered::NotNow(_))), "{hung:?}");
}

#[test]
fn a_mistake_in_the_settings_is_told() {
    assert!(Mailer::new("folder:/tmp/mail", FROM).is_ok());
    assert!(Mailer::new("smtp://u:p@mail.example.org:587?tls=required", "a@example.org").is_ok());
    for (url, from) in
        [("folder:", FROM), ("mail.example.org", FROM), ("folder:/tmp/mail", "The Paper")]
    {
        assert!(Mailer::new(url, from).is_err(), "{url} {from}");
    }
}
