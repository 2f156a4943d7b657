import type { Position } from "../core/position.ts";
import type { Publication } from "./api.ts";
import { Line, type Wiring } from "./line.ts";
import type { State } from "./state.ts";
export declare class OrderLine extends Line {
  #private;
  /** `orderUrl` is where the order can be looked at. */
  constructor(biz: string, orderUrl: string, wiring: Wiring);
  protected welcomed({ epoch, offset }: Position, isNew: boolean, hasMissed: boolean): void;
  /**
   * Polls until the order is settled; a failed attempt settles nothing. An open connection gets each change by itself, and each poll would
   * wake the server.
   */
  protected entered({ name }: State): void;
  protected woken(): void;
  /** What has no offset is what somebody wrote, whatever it looks like. */
  protected took(publication: Publication): void;
}
