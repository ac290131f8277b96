declare module "oidc-provider" {
  import type { IncomingMessage, ServerResponse } from "node:http";

  /** A provider of OpenID Connect, as far as the specs use it. */
  export default class Provider {
    constructor(issuer: string, configuration: object);
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    interactionFinished(
      request: IncomingMessage,
      response: ServerResponse,
      result: object,
    ): Promise<void>;
    on(event: string, listener: (...told: any[]) => void): this;
  }
}
