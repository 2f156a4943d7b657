/**
 * Full jitter: browsers that were lost at the same moment do not come back at the same moment. `losses` counts the connections that did
 * not last, this one included; `random` is in [0, 1).
 */
export declare function pauseMs(losses: number, random: number): number;
