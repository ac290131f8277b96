import { LANGUAGE_CHARS_MAX } from "../limits.ts";
import { BlockView, type BlockArguments } from "./block_view.ts";
import { isLanguageName } from "./text.ts";

/** Program text with the name of its language. */
export class CodeBlockView extends BlockView {
  constructor(...given: BlockArguments) {
    super("code-block", given);
    this.addFields([
      {
        name: "language",
        label: this.page.words("code-language"),
        max: LANGUAGE_CHARS_MAX,
        accepts: isLanguageName,
      },
    ]);
    const pre = this.hold("pre", { "class": "code", "dir": "ltr", "translate": "no" }, "code");
    pre.spellcheck = false;
    this.addBar();
  }
}
