// The Worker of the tests inside workerd: belfry() with the consumers of the tests and all providers.
import { belfry } from "../../src/belfry.ts";
import { allProviders } from "../../src/callbacks/providers.ts";
import { consumers } from "./consumers.ts";

const push = belfry({ consumers, providers: allProviders, pages: true });

export class Group extends push.Group {}
export default { fetch: push.fetch };
