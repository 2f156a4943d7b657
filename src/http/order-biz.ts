// The order of a request's path, checked before its object wakes.
import { isBiz } from "../callbacks/order-id.ts";
import type { RouteContext } from "./context.ts";

/** The biz in the path; null if no order can have it: malformed, or not issued where `ORDER_IDS` is `issued`. */
export async function bizInPath(c: RouteContext): Promise<string | null> {
  const biz = c.req.param("biz") ?? "";
  return (await isBiz(biz, c.var.settings.orders)) ? biz : null;
}
