// The Worker with two faults that a test can neither cause from outside nor wait for. The rest is the Worker's own.
import { alarm } from "./consumers.ts";
import type { PeriodicPush } from "../../src/consumers/consumer.ts";
import { HEARTBEATS_MISSED, HEARTBEAT_SECONDS } from "../../src/core/limits.ts";
import { Group as RealGroup } from "./worker.ts";

export { default } from "./worker.ts";

/**
 * Each heartbeat counts as sent three missed ones earlier than it was: what is silent from now on is so at once, not after 75 s. Before its
 * first, a connection counts as one that is about to be silent: it is worth a look at every event.
 */
export class Group extends RealGroup {
  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const stamp = ctx.getWebSocketAutoResponseTimestamp.bind(ctx);
    ctx.getWebSocketAutoResponseTimestamp = (socket) => {
      const at = stamp(socket);
      return new Date((at?.getTime() ?? Date.now()) - HEARTBEATS_MISSED * HEARTBEAT_SECONDS * 1000);
    };
  }
}

/** In a group whose project begins with `hangs`, every second `produce` never ends and is deaf to its signal. */
const push = alarm.push as { -readonly [key in keyof PeriodicPush]: PeriodicPush[key] }; // declared, and only readonly to TypeScript
const { produce } = push;
let ticks = 0;
push.produce = (tick) => {
  if (!tick.params["project"]?.startsWith("hangs")) return produce(tick);
  ticks += 1;
  return ticks % 2 === 0 ? new Promise(() => undefined) : produce(tick);
};
