// The editor's page. Loaded as a module, so the page is there when it runs.
import { mount } from "./mount.ts";

mount(document.body);
