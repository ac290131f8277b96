import { Editor } from "./editor.ts";
import { Program } from "./program.ts";
import { archive, shown } from "./site.ts";

/** Starts the program for all specs, and adds what the demo lacks: a long section, a gone story. */
export default async function setup(): Promise<() => Promise<void>> {
  const removesDemo = await Program.loadsDemo();
  const program = await Program.start();
  try {
    const name = "Nadia Brandt";
    const slug = program.command("person", "add", "--name", name, "--role", "administrator");
    const scopes = ["read", "write", "publish"].flatMap((scope) => ["--scope", scope]);
    const token = program.command("token", "add", "--person", slug, "--name", "e2e", ...scopes);
    const editor = new Editor(program.origin, token);

    await editor.addsSection(archive.section, archive.name);
    for (let number = 1; number <= archive.stories; number += 1) {
      await editor.publishes({
        section: archive.section,
        headline: archive.headline(number),
        body: `The ${number}th page of the archive was found in a drawer.`,
      });
    }
    const gone = await editor.publishes({
      section: archive.section,
      headline: "A Story That Did Not Hold",
      body: "It said too much.",
    });
    await editor.withdraws(gone.id, "The source took the statement back.");
    const corrected = await editor.publishes({
      section: archive.section,
      headline: "A Story With a Slip in It",
      body: "The clock struck twelve, **and then** thirteen.",
      deck: "It has since been put right.",
    });
    await editor.corrects(corrected.id, "The clock struck twelve.");
    const draft = await editor.drafts({
      section: archive.section,
      headline: "A Story Nobody May Read Yet",
      body: "Embargoed-Quillfeather.",
    });

    shown.set({
      origin: program.origin,
      gone: gone.path,
      corrected: corrected.path,
      discussion: `/discussions/${corrected.id}`,
      draft: draft.path,
      token,
    });
  } catch (error) {
    await program.stop();
    removesDemo();
    throw error;
  }
  return async () => {
    await program.stop();
    removesDemo();
  };
}
