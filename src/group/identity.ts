// Who a group is: its name, what serves it, its settings. Found out when asked, so that a bad setting breaks no sleeping object.
import type { Consumer } from "../consumers/consumer.ts";
import { splitGroup } from "../core/group.ts";
import { findByGroup } from "../core/route.ts";
import { settingsOf, type Settings } from "../core/settings.ts";
import { log } from "../observe/log.ts";
import type { BelfryEnv } from "../env.ts";

export class Identity {
  readonly #id: DurableObjectId;
  readonly #env: BelfryEnv;
  readonly #consumers: readonly Consumer[];
  #consumer: Consumer | undefined;

  constructor(id: DurableObjectId, env: BelfryEnv, consumers: readonly Consumer[]) {
    this.#id = id;
    this.#env = env;
    this.#consumers = consumers;
  }

  get name(): string {
    const { name } = this.#id;
    if (name === undefined) throw new Error("a group is reached by its name only");
    return name;
  }

  /** The part behind the consumer's name: an order's biz. */
  get key(): string {
    return splitGroup(this.name).key;
  }

  /** An epoch that needs no row: it is the name's, and so the same for ever. For positions that are never forgotten, and for none. */
  get epoch(): string {
    return this.#id.toString().slice(0, 8);
  }

  get consumer(): Consumer {
    return (this.#consumer ??= this.#findConsumer());
  }

  #findConsumer(): Consumer {
    const found = findByGroup(this.#consumers, this.name);
    if (!found.ok) throw new Error(`no consumer serves the group ${this.name}`);
    return found.value.consumer;
  }

  /** False while a setting is bad: told in the log, and to be tried again. */
  get isUsable(): boolean {
    const settings = settingsOf(this.#env);
    if (settings.ok) return true;
    log(this.#env, { event: "setting", reason: "bad_setting", ...settings.reason });
    return false;
  }

  get settings(): Settings {
    const settings = settingsOf(this.#env);
    if (!settings.ok) throw new Error(`${settings.reason.setting} must be ${settings.reason.expected}`);
    return settings.value;
  }
}
