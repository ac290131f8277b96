//! From a clock in the picture to the same clock on a viewer's screen. `e2e/bench/channel.bench.ts`
//! measures it, for only a browser knows what is on its screen.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use signal_hook::consts::SIGTERM;

use super::Studio;
use crate::bench::newsroom::in_browsers;
use crate::bench::report::{Report, Target};
use crate::bench::{Size, percentile};
use crate::postgres::{free_port, send};

pub(super) fn to_glass(studio: &Studio<'_>, size: &Size, report: &mut Report) -> Result<()> {
    let bench = studio.bench;
    let file = bench.folder.join("channel.json");
    let peer = NginxRtmp::start(&bench.folder.join("nginx-rtmp"))?;
    let plan = json!({
        "data": bench.folder.join("data-glass"),
        "figures": file,
        "glances": size.glances,
        "peer": { "ingest": peer.ingest, "playlist": peer.playlist },
    });
    in_browsers(bench, "channel.bench.ts", &plan)?;
    let figures: Value = serde_json::from_slice(&std::fs::read(&file)?)?;
    let p95 = |name: &str| {
        let times = figures[name].as_array();
        let times = times.with_context(|| format!("{name} was not measured"))?;
        let mut times: Vec<f64> = times.iter().filter_map(Value::as_f64).collect();
        anyhow::Ok(percentile(&mut times, 95.0) / 1000.0)
    };

    let theirs = p95("peer")?;
    for (name, what, most) in [("half", "0.5", 2.0), ("fifth", "0.2", 1.2)] {
        let ours = p95(name)?;
        let label = format!("glass to glass, parts of {what} s, p95");
        report.add(&label, "s", ours, Target::AtMost(most));
        let label = format!("{label}, beside nginx-rtmp");
        let compared = (ours, theirs, ours / theirs);
        report.compare(&label, "s", compared, Target::RatioAtMost(1.0));
    }
    for (name, label, most) in [
        ("sound", "microphone to ear, Audio Only, p95", 12.0),
        ("firstFrame", "first frame, p95", 1.0),
        ("switching", "switch to Audio Only until it is heard, p95", 1.0),
    ] {
        report.add(label, "s", p95(name)?, Target::AtMost(most));
    }
    Ok(())
}

/// nginx with its RTMP module, at its own defaults: fragments of 5 s at least.
struct NginxRtmp {
    child: Child,
    ingest: String,
    playlist: String,
}

impl NginxRtmp {
    fn start(folder: &Path) -> Result<Self> {
        // What an earlier run has sent would be taken for the present.
        if folder.exists() {
            std::fs::remove_dir_all(folder)?;
        }
        std::fs::create_dir_all(folder.join("hls"))?;
        let (rtmp, http) = (free_port()?, free_port()?);
        let configuration = folder.join("nginx.conf");
        std::fs::write(
            &configuration,
            format!(
                "load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;\n\
                 daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr error;\n\
                 events {{ }}\n\
                 rtmp {{ server {{ listen 127.0.0.1:{rtmp};\n  \
                 application live {{ live on; hls on; hls_path {folder}/hls; }} }} }}\n\
                 http {{\n  access_log off;\n  \
                 types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}\n  \
                 client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;\n  \
                 fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;\n  \
                 scgi_temp_path {folder}/scgi;\n  \
                 server {{ listen 127.0.0.1:{http}; root {folder}/hls;\n    \
                 add_header Access-Control-Allow-Origin *; add_header Cache-Control no-cache; }} }}\n",
                folder = folder.display()
            ),
        )?;
        let child = Command::new("nginx")
            .arg("-c")
            .arg(&configuration)
            .arg("-p")
            .arg(folder)
            .env("PATH", "/usr/sbin:/usr/bin:/bin")
            .stdin(Stdio::null())
            .spawn()?;
        Ok(Self {
            child,
            ingest: format!("rtmp://127.0.0.1:{rtmp}/live/glass"),
            playlist: format!("http://127.0.0.1:{http}/glass.m3u8"),
        })
    }
}

impl Drop for NginxRtmp {
    fn drop(&mut self) {
        send(SIGTERM, self.child.id());
        self.child.wait().ok();
    }
}
