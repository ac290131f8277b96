//! What renditions cost: `cargo run --release -p photo --example cost [PHOTO]`.
//!
//! Without a photo, it draws one of 4000 × 3000 pixels with edges, gradients and grain. One thread
//! does everything, so the time on an idle machine is the CPU time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use photo::{Encoding, Focal, Picture, inspect, plan};

fn main() {
    let upload = match std::env::args().nth(1) {
        Some(path) => std::fs::read(&path).expect("the photo should be readable"),
        None => draw(4000, 3000),
    };
    let started = Instant::now();
    let inspected = inspect(&upload).expect("the photo should be acceptable");
    println!("inspect  {:>7.3} s", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let picture = Picture::decode(&upload).expect("the photo should decode");
    println!("decode   {:>7.3} s", started.elapsed().as_secs_f64());

    let mut totals: BTreeMap<Encoding, (Duration, usize)> = BTreeMap::new();
    println!("rendition           size      seconds     bytes");
    for spec in plan(inspected.width, inspected.height) {
        let started = Instant::now();
        let file = picture
            .render(&spec, Focal::default(), &inspected.metadata)
            .expect("the rendition should be made");
        let took = started.elapsed();
        let size = format!("{} × {}", spec.width, spec.height);
        let name = &spec.name;
        println!("{name:<12} {size:>12} {:>10.3} {:>10}", took.as_secs_f64(), file.len());
        let total = totals.entry(spec.encoding).or_default();
        total.0 += took;
        total.1 += file.len();
    }
    for (encoding, (took, bytes)) in totals {
        println!("{encoding:?}: {:.2} s, {bytes} bytes", took.as_secs_f64());
    }
}

/// A JPEG that is about as hard to encode as a photo.
fn draw(width: u16, height: u16) -> Vec<u8> {
    let mut noise = 0x2545_F491u32;
    let mut pixels = Vec::with_capacity(usize::from(width) * usize::from(height) * 3);
    for y in 0..height {
        for x in 0..width {
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let grain = f32::from((noise >> 24) as u8) / 24.0;
            let (u, v) = (f32::from(x) / f32::from(width), f32::from(y) / f32::from(height));
            let hills =
                (u * 9.0).sin() * 0.06 + (u * 31.0).sin() * 0.02 + (u * 117.0).sin() * 0.006;
            let ground = v > 0.55 + hills;
            let leaf = ((u * 900.0).sin() * (v * 700.0).cos() * (u * v * 400.0).sin()) * 60.0;
            let color = if ground {
                [70.0 + leaf, 100.0 + leaf * 0.8, 50.0 + leaf * 0.5]
            } else {
                [120.0 + v * 120.0, 150.0 + v * 90.0, 220.0 - v * 20.0]
            };
            pixels.extend(color.map(|value| (value + grain) as u8));
        }
    }
    let mut file = Vec::new();
    jpeg_encoder::Encoder::new(&mut file, 92)
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .expect("the drawing should be encoded");
    file
}
