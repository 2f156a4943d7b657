// What one call of belfry() installs: the consumers and providers that a Worker and its objects share. Checks them; serves nothing.
import { ConfiguredProviders } from "./callbacks/configured.ts";
import type { Provider } from "./callbacks/provider.ts";
import { callbacks } from "./consumers/callbacks.ts";
import type { Consumer } from "./consumers/consumer.ts";
import { order } from "./consumers/order.ts";
import { payments } from "./consumers/payments.ts";

export interface Installation {
  /** The consumers whose groups can be addressed from outside. */
  readonly consumers: readonly Consumer[];
  /** Those, and Belfry's own for its payment index and its deliveries. */
  readonly allConsumers: readonly Consumer[];
  readonly providers: ConfiguredProviders;
}

/** Belfry's own: no route and no connection reaches their groups. */
const internal: readonly Consumer[] = [payments, callbacks];

/** Throws where two consumers would be served at one place, or one could never be: a mistake of the Worker's code, shown at its start. */
export function install(given: readonly Consumer[], providers: readonly Provider[]): Installation {
  // Routes and callbacks need orders, whatever else a Worker has groups for.
  const consumers = given.some(({ name }) => name === order.name) ? given : [order, ...given];
  const allConsumers = [...consumers, ...internal];
  const names = new Set<string>();
  const paths = new Map<string, string>();
  for (const { name, paths: own } of allConsumers) {
    if (!/^[A-Za-z0-9.-]{1,64}$/.test(name)) {
      throw new Error(
        `The consumer's name "${name}" must be 1 to 64 of A-Z a-z 0-9 . and -: a group is named <name>_<key>`,
      );
    }
    if (names.has(name)) throw new Error(`Two consumers have the name "${name}": each needs its own`);
    names.add(name);
    for (const path of own) claimPath(paths, path, name);
  }
  return { consumers, allConsumers, providers: new ConfiguredProviders(providers) };
}

function claimPath(paths: Map<string, string>, path: string, name: string): void {
  if (!/^\/ws\/([^/]+\/)+$/.test(path)) {
    throw new Error(`The path "${path}" of the consumer "${name}" must begin with /ws/ and end with /`);
  }
  const shape = path.replace(/:[^/]+/g, ":");
  const other = paths.get(shape);
  if (other !== undefined)
    throw new Error(`The consumers "${other}" and "${name}" have the same path "${path}": each needs its own`);
  paths.set(shape, name);
}
