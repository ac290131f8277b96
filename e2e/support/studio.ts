import { Encoder } from "./channel.ts";
import { test as base, type Staff } from "./newsroom.ts";
import { freePort } from "./program.ts";

/** A newsroom with a channel that takes a source, and an encoder that sends with a key. */
export const test = base.extend<{ encoder: (key: string) => Encoder }>({
  settings: async ({}, use) => use({ TRIBUNE_RTMP_LISTEN: `127.0.0.1:${await freePort()}` }),
  encoder: async ({ settings }, use) => {
    const all: Encoder[] = [];
    await use((key) => {
      const encoder = Encoder.sends(`rtmp://${settings["TRIBUNE_RTMP_LISTEN"]}/live/${key}`);
      all.push(encoder);
      return encoder;
    });
    for (const encoder of all) await encoder.isCutOff();
  },
});

/** Makes a stream key, which is shown this once. */
export async function key(staff: Staff): Promise<string> {
  await staff.opens("/newsroom/channel");
  await staff.fills("Who will send with it", "The studio");
  await staff.presses("Make a key");
  return staff.page.locator("code.secret").innerText();
}
