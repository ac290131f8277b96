# The words of the reader's site.

date = { $day } { $month } { $year }
month-1 = January
month-2 = February
month-3 = March
month-4 = April
month-5 = May
month-6 = June
month-7 = July
month-8 = August
month-9 = September
month-10 = October
month-11 = November
month-12 = December

## Around every page

skip-to-content = Skip to the content
navigation-sections = Sections
navigation-all = All sections
navigation-breadcrumb = Where this stands
navigation-about = About this site
search = Search
copyright = © { $year } { $owner }
page-title = { $title } | { $site }

## Kinds of story

kind-news = News
kind-opinion = Opinion
kind-analysis = Analysis
kind-interview = Interview
kind-explainer = Explainer
kind-editorial = Editorial
kind-readout = Readout
kind-advisory = Advisory
kind-live = Live

## A story

photo = Photo:
published = Published { $date }
updated = Updated { $date }
by = By
translations = Also in
share = Share
share-email = E-mail
share-device = Share…
share-copy = Copy link
share-copied = Link copied
corrections = { $count ->
    [one] Correction
   *[other] Corrections
}
correction-date = { $date }:
related = Related
related-label = RELATED:
suggested = More on this
table = Table

## Lists of stories

front-empty = Nothing has been published yet.
section-stories = Stories in { $section }
section-empty = There are no stories in this section yet.
subsections = Within { $section }
author-stories = Stories by { $author }
author-empty = No stories have been published under this name yet.
author-links = Elsewhere
pagination = Pages
pagination-first = Newest
pagination-newer = Newer
pagination-older = Older

## Search

search-title = Search
search-field = Search for
search-section = Section
search-section-any = All sections
search-from = From
search-until = Until
search-filters = Narrow the search
search-submit = Search
search-results = Results
search-count = { $count ->
    [0] No stories match “{ $query }”.
    [one] { $count } story matches “{ $query }”.
   *[other] { $count } stories match “{ $query }”.
}
search-count-all = { $count ->
    [0] No stories match.
    [one] { $count } story matches.
   *[other] { $count } stories match.
}
search-hint-none = Try fewer or other words, or a wider span of dates.
search-suggestion = Did you mean
search-better = Better matches
search-more = More matches
search-problem-dates = The first date is after the last one. Swap them and search again.
search-problem-date-form = A date could not be read. Write it as year-month-day, such as 2021-12-07.
search-problem-long = The question is too long. Use fewer words.

## Discussions

comments = { $count ->
    [0] 0 Comments
    [one] { $count } Comment
   *[other] { $count } Comments
}
comments-news = New comments:
comment-away = It could not be sent: the server cannot be reached. What you wrote stays here; try again.
comments-none = Nobody has said anything yet. Be the first.
comments-on = Comments on “{ $headline }”
comment-on = A comment on “{ $headline }”
comments-under = Under
comments-all = All comments
comments-order = Order
comments-order-newest = Newest
comments-order-oldest = Oldest
comments-order-recommended = Most recommended
comments-order-replied = Most answered
comments-more = More comments
comments-more-answers = More answers
comments-closed = This discussion is closed.
comments-close = Comments are taken until { $date }.
comment-write = Write a comment
comment-your-name = Your name
comment-your-words = Your comment
comment-help = You can write *emphasis*, **strong**, > quotations, lists and links.
comment-send = Send
comment-answer = Answer
comment-answer-to = Answer { $name }
comment-more = Report, change
comment-gone = This comment is not here any more.
comment-author = Author of the story
comment-staff = Editorial staff
comment-picked = Editors’ pick
comment-edited = edited
comment-recommended = { $count ->
    [one] { $count } recommendation
   *[other] { $count } recommendations
}
comment-waits = Your comment is kept. A moderator will look at it before others see it.
comment-refused = The moderators did not let this comment stand: { $reason }.
refusal-insult = it insults somebody
refusal-hate = it is against people for what they are
refusal-off_topic = it has nothing to do with the story
refusal-spam = it sells something, or was said many times
refusal-privacy = it tells what is nobody’s business
refusal-illegal = it breaks the law
refusal-other = for another reason
comment-edit = Change your comment
comment-edit-words = As it should read
comment-edit-send = Keep the change
comment-remove = Take your comment away
comment-appeal = Ask for another look
comment-appeal-words = Why the comment should stand
comment-appeal-send = Ask
comment-recommend = Recommend
comment-report = Report this comment
comment-report-why = What is wrong with it?
comment-report-words = Anything else that the moderators should know
comment-report-send = Report
report-insult = It insults somebody
report-hate = It is against people for what they are
report-privacy = It tells what is nobody’s business
report-spam = It sells something
report-illegal = It breaks the law
report-other = Something else
comment-done-reported = Thank you. A moderator will look at it.
comment-done-edited = Your change is kept.
comment-done-appealed = A moderator will look again.
profile-since = Here since { $date }.
own-comments = Your comments
own-comments-about = What you wrote in this browser, the newest first.
own-comments-none = Nothing was written in this browser.
own-comments-export = Download them
own-comments-forget = Take all of them away
own-comments-forget-about = All your comments are taken away, and your name with them. What others answered stays. This cannot be undone.
own-state-shown = Everybody sees this
own-state-waiting = Waits for a moderator
own-state-rejected = The moderators refused this

## Accounts of readers

own-account = Your account
account-about = You need no password. Write your e-mail address, and we send you a link that lets you in.
account-email = Your e-mail address
account-send-link = Send me a link
account-sent = We have sent a link to { $email }.
account-sent-about = Open it in this browser within 15 minutes. It lets you in once. If nothing comes, look whether it was taken for spam.
account-open = You are about to sign in as { $email }.
account-sign-in = Sign in
account-again = Ask for a new link
account-of = You are signed in as { $email }. What you write stands under this name:
account-rename = Keep the name
account-profile = Your page
account-profile-about = What you wrote under this name stands together on a page that everybody sees; what you wrote under another does not.
account-follows = Discussions that you follow
account-follows-none = You follow none. Below each discussion you can have what is said sent to you.
account-thread = one thread
account-sessions = Where you are signed in
account-here = here
account-sign-out = Sign out
account-data = Your data
account-export = Download all that is kept of you
account-forget = Delete my account
account-forget-about = Your comments are taken away, and your name and address are forgotten. What others answered stays. This cannot be undone.
comment-account = To write here you sign in with your e-mail address.
comment-keyed = To write here you sign in, and your account needs a passkey.
comment-keyed-provider = To write here you sign in, and your account needs a passkey, or { $label } vouches for you.
comment-keyed-how = If you have no account yet, have a link sent to you, and add a passkey to your account. What you wrote stays.
account-back = Back to where you were
account-passkey = Sign in with a passkey
account-passkey-script = To sign in with a passkey, switch scripts on for this site.
account-provider = Sign in with { $label }
account-leave = On the way to { $label }
account-leave-on = Go on to { $label }
account-passkeys = Passkeys
account-passkeys-about = With a passkey you sign in without a mail. It lives in your device or password manager, cannot be guessed, and no false page can take it from you.
account-passkeys-script = To add a passkey, switch scripts on for this site.
account-passkey-name = What to call it
account-passkey-example = My telephone
account-passkey-add = Add a passkey
account-passkey-remove = Remove this passkey
account-added = added { $date }
account-used = last used { $date }
account-identities = Accounts elsewhere
account-identities-about = Whoever can sign in to an account that is linked here can come in as you.
account-identity-link = Link your account of { $label }
account-identity-remove = Remove this link
follow = Follow by mail
follow-thread = Follow this thread by mail
follow-title = Mail about a discussion
follow-end = Send me no more mail about this
follow-ended = You get no more mail about this.
account-link-elsewhere = This link lets in the browser that asked for it, and this is another. Open it there, or ask for one here.
account-link-used = This link has let somebody in already, and it does so once.
account-link-over = This link is too old, or was cut short.
mail-link-subject = Your link to { $site }
mail-link-text =
    Open this link in the browser in which you asked for it. It lets you in once, within 15 minutes:

    { $url }

    If you did not ask for it, do nothing: without that browser it is good for nothing.
mail-news-subject = Comments on “{ $headline }”
mail-news-text = In the discussion that you follow on { $site }:
mail-news-end = To get no more mail about this: { $url }

## Pages that cannot be shown

error-404-title = There is no page at this address
error-404-text = The address may be mistyped, or the page may have been moved without leaving a note.
error-410-title = This page has been withdrawn
error-410-story = Withdrawn: { $headline }
error-410-text = It was published here and is no longer available.
error-410-note = A note from the editors
error-500-title = The page could not be shown
error-500-text = Something went wrong on our side. Please try again in a moment.
error-500-reference = If it happens again, tell us this reference:
error-503-title = The site is not ready yet
error-503-text = It is starting or being looked after. Please try again in a minute.
error-home = Go to the front page
error-search = Search the site

## The channel

live = Live
audio-only = Audio Only
live-now = Live now
live-watch = Watch the channel
live-on = On air
live-off = Off air
live-waiting = Waiting for the stream…
live-failed = The stream cannot be played here. The links below lead to it.
live-about-this = On air now: watch
live-story = About the story
live-since = On since { $clock }
live-quality = Quality
live-quality-auto = Automatic
live-captions = Captions
live-captions-off = Off
live-edge = Live
live-seek = Position in the stream
live-present = Live
live-behind = Behind live by
live-embed = Embed
live-embed-how = Copy this into a page of yours: it shows the channel there, with a link to here, and sets no cookies.
live-elsewhere = In another player
live-stream-video = Picture and sound (HLS)
live-stream-audio = Sound alone (HLS)
live-stream-mp3 = Sound alone for radios (MP3)
live-stream-aac = Sound alone (AAC)
live-schedule = To come
live-past = To be seen again
programme-goes-on = On air now
programme-length = { $length } long
chapters = Chapters
video-file = The whole as a file (MP4)
live-nothing-planned = Nothing is planned at the moment.

## A meeting's page; see web/meeting

meet-name = Your name, as the others see it
meet-microphone = Microphone
meet-microphone-on = Microphone is on
meet-microphone-off = Microphone is off
meet-microphone-denied = Microphone not allowed
meet-microphone-missing = No microphone
meet-microphone-busy = Microphone is in use elsewhere
meet-camera = Camera
meet-camera-on = Camera is on
meet-camera-off = Camera is off
meet-camera-denied = Camera not allowed
meet-camera-missing = No camera
meet-camera-busy = Camera is in use elsewhere
meet-device = Device { $number }
meet-device-none = None found
meet-level = How loud your microphone is
meet-ask = Ask to be let in
meet-enter = Enter the meeting
meet-lobby = Waiting to be let in
meet-lobby-text = A chair sees that you are here, and will let you in. You need not do anything. Nobody hears or sees you yet.
meet-returning = Coming back in
meet-withdraw = Do not wait any longer
meet-was-refused = You were not let in. You may ask again.
meet-line-holds = Connected
meet-line-lost = The connection is lost. It comes back by itself.
meet-media-lost = Sound and picture are connecting…
meet-times = { $from }–{ $to }, { $city } time
meet-time = { $time } in { $city }
meet-minutes = { $count } min
meet-closed-explained = Behind closed doors: what is said, shown and written can be heard, seen and read by those in the room alone, and not by the server.
meet-open-explained = An open meeting: it is not sealed, and may go on air.
meet-no-link = This link is not whole
meet-no-link-text = A seat in this meeting is behind the link that you were given. Open that link again, all of it: what stands behind the # belongs to it.
meet-no-browser = This browser cannot join
meet-no-browser-text = It cannot seal sound and picture, and nobody is let in unsealed. Chrome and Edge from 141, Firefox from 129 and Safari from 17 can. Open the link there.
meet-you = { $name } (you)
meet-muted = microphone off
meet-hand-up = wants to speak
meet-tile-lost = Connection lost
meet-tile-sealed = What comes from here cannot be opened
meet-screen = Show your screen
meet-screen-stop = Stop showing
meet-screen-own = Your screen is shown
meet-screen-of = The screen of { $name }
meet-hand = Ask to speak
meet-hand-lower = Take your hand down
meet-view-gallery = Show all
meet-view-speaker = Show who speaks
meet-panel = Agenda, people and chat
meet-controls = Controls
meet-agenda = Agenda
meet-people = People
meet-chat = Chat
meet-chair = Chair
meet-leave = Leave
meet-leave-sure = Press again to leave
meet-shortcuts = Keys
meet-close = Close
meet-unsilence = Turn the sound on
meet-not-begun = Not begun yet
meet-under-way = Under way for { $clock }
meet-trouble = You are outside, and nothing of yours is sent: { $why }
meet-come-back = Come back in
meet-code = Membership code
meet-compared = { $count } of { $all } have compared
meet-compared-by = Has compared the code
meet-confirm = We have compared
meet-came = Came in: { $names }.
meet-went = No longer in: { $names }.
meet-compare-again = The code has changed. Read it aloud to each other again.
meet-seen = Understood
meet-door = At the door
meet-asks = { $name } asks to be let in
meet-admit = Let in
meet-refuse = Refuse
meet-key-invitee = The key is the invitee’s.
meet-key-stranger = The key is not the invitee’s. Do not let them in: somebody has changed it on the way.
meet-key-unknown = The key has not been checked yet.
meet-hands = Want to speak
meet-hands-none = Nobody at the moment
meet-floor-give = Give the floor
meet-floor-take = End their turn
meet-floor-has = { $name } has the floor, { $clock }
meet-spoken = Has spoken for { $clock }
meet-seat-free = Not here yet
meet-remove = Remove
meet-remove-sure = Press again to remove
meet-free = Let the link be used anew
meet-free-sure = Press again to do so
meet-agenda-whole = { $spent } of { $planned } in all
meet-item-on = Begin
meet-item-dealt = Dealt with
meet-item-left = Not today
meet-item-open = Not yet
meet-item-is-on = Now
meet-item-is-dealt = Dealt with
meet-item-is-left = Left for another time
meet-item-next = Next item of the agenda
meet-chat-write = Write to everybody
meet-chat-send = Send
meet-chat-closed = Sealed, and kept nowhere. Who comes later does not see it.
meet-chat-open = Kept nowhere. Who comes later does not see it.
meet-chat-unread = unread
meet-begin = Begin the meeting
meet-end = End the meeting
meet-end-sure = Press again to end it for all
meet-lock = Lock the meeting
meet-unlock = Unlock the meeting
meet-is-locked = The meeting is locked: nobody else can ask to come in.
meet-is-unlocked = The meeting is not locked: who has a link can ask to come in.
meet-photo = Official photo
meet-photo-take = Propose an official photo
meet-photo-see = See the official photo
meet-photo-picture = The picture that is proposed
meet-photo-nobody = Nobody’s camera is on. Turn one on first.
meet-photo-failed = This browser could not make the picture. Try again.
meet-photo-proposed = Nothing leaves the meeting before each party’s chair has approved this picture.
meet-photo-coming = The picture is on its way to you.
meet-photo-false = The picture that came is not the one that was proposed. Decline it, and ask for another.
meet-photo-is-approved = Every party has approved it. Who proposed it may release it now.
meet-photo-approved-own = Every party has approved it. Once you release it, the newsroom has it.
meet-photo-is-declined = It was declined, and does not leave the meeting.
meet-photo-released = It was released, and is in the newsroom’s photo desk.
meet-photo-approved = approved
meet-photo-declined = declined
meet-photo-undecided = has not decided yet
meet-photo-caption = { $title }: { $parties }, { $day }
meet-approve = Approve
meet-decline = Decline
meet-caption = Caption
meet-credit = Credit
meet-release = Release to the newsroom
meet-release-sure = Press again: it leaves the meeting
meet-stage-refused = You cannot come in with this link
meet-stage-left = You have left
meet-stage-left-text = Nothing is heard or seen of you any more.
meet-stage-removed = You are no longer in this meeting
meet-stage-removed-text = A chair has removed you, or let your link be used on another device.
meet-stage-displaced = This seat was taken up in another window
meet-stage-displaced-text = One seat is in one window at a time.
meet-stage-ended = The meeting has ended
meet-stage-ended-text = Nothing of what was said, shown or written was kept.
meet-stage-cancelled = This meeting does not take place
meet-stage-cancelled-text = It was called off.
meet-ended-times = It was held from { $from } to { $to }, { $city } time, and took { $length }.
meet-come-in-again = Come in again
meet-use-here = Use it here
meet-readout = Your party’s readout
meet-readout-of = In the name of { $party }. Readers see it once you release it.
meet-readout-headline = Headline
meet-readout-body = Text (Markdown)
meet-readout-save = Save
meet-readout-release = Release it
meet-readout-sure = Press again: readers will see it
meet-readout-saving = Saving…
meet-readout-saved = Saved as a draft.
meet-readout-none = Nothing written yet.
meet-readout-is-released = Released: readers may see it.
meet-readout-empty = Write a headline and a text before you release it.
meet-told-begun = The meeting has begun.
meet-told-ended = The meeting has ended.
meet-told-in = { $name } of { $party } has come in.
meet-told-out = { $name } of { $party } is no longer in.
meet-told-lost = { $name } has lost the connection.
meet-told-back = { $name } is back.
meet-told-hand = { $name } wants to speak.
meet-told-screen = { $name } shows a screen.
meet-told-floor = { $name } has the floor.
meet-told-floor-own = You have the floor.
meet-told-item = Now on the agenda: { $title }.
meet-told-photo = An official photo is proposed.
meet-key-m = Microphone on or off
meet-key-v = Camera on or off
meet-key-s = Show your screen, or stop
meet-key-h = Ask to speak, or no longer
meet-key-g = All, or who speaks
meet-key-a = Agenda
meet-key-p = People
meet-key-c = Chat
meet-key-k = The chair’s acts
meet-key-i = Let in who has waited longest
meet-key-n = Next item of the agenda
meet-key-l = To the button that leaves
meet-key-help = These keys
meet-script = A meeting needs scripts, for it seals what is said in your own browser. Turn them on for this site.
# Clocks of a zone. A city that is not here is called as the time zone database calls it.
zone-time = { $city } time
city-asia-calcutta = Kolkata
city-europe-kiev = Kyiv
city-asia-saigon = Ho Chi Minh City
city-europe-moscow = Moscow
city-europe-london = London
city-europe-paris = Paris
city-europe-berlin = Berlin
city-europe-vienna = Vienna
city-europe-zurich = Zurich
city-europe-rome = Rome
city-europe-kyiv = Kyiv
city-europe-warsaw = Warsaw
city-europe-istanbul = Istanbul
city-europe-athens = Athens
city-europe-brussels = Brussels
city-europe-lisbon = Lisbon
city-europe-copenhagen = Copenhagen
city-europe-stockholm = Stockholm
city-america-new-york = New York
city-america-los-angeles = Los Angeles
city-america-mexico-city = Mexico City
city-america-bogota = Bogotá
city-america-havana = Havana
city-america-sao-paulo = São Paulo
city-asia-tokyo = Tokyo
city-asia-shanghai = Shanghai
city-asia-hong-kong = Hong Kong
city-asia-tehran = Tehran
city-asia-jerusalem = Jerusalem
city-asia-kolkata = Kolkata
city-asia-seoul = Seoul
city-asia-singapore = Singapore
city-africa-cairo = Cairo
city-africa-johannesburg = Johannesburg
length-short = under 1 min
length-minutes = { $minutes } min
length-hours = { $hours } h
length-hours-and-minutes = { $hours } h { $minutes } min

record-title = Meetings
record-meetings = Meetings
record-none = There is nothing to tell of any meeting.
record-state-planned = Meeting to come
record-state-under_way = The meeting goes on
record-state-ended = The meeting is over
record-state-cancelled = The meeting was called off
record-state-recorded = Record of the meeting
record-to-come = Its record is not published yet.
record-closed = behind closed doors
record-open = in public
record-by-video = by video
record-advisory = Advisory
record-parties = Parties
record-who = Who was there
record-agenda = Agenda
record-minutes = { $minutes } min
record-item-open = not taken up
record-item-on = on now
record-item-dealt = dealt with
record-item-left = left for another time
record-decisions = Decisions
record-follow-ups = What follows
record-due = by { $date }
record-readouts = Readouts
record-readouts-hint = What each party says of the meeting, in its own words.
record-released = Released { $date }
record-readout-of = Readout of { $party }
record-stories = Stories about it
record-whole = The whole record
