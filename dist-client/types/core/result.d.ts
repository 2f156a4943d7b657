/** What was asked for, or the reason why not. */
export type Result<Value, Reason> =
  | {
      readonly ok: true;
      readonly value: Value;
    }
  | {
      readonly ok: false;
      readonly reason: Reason;
    };
export declare const ok: <Value>(value: Value) => {
  readonly ok: true;
  readonly value: Value;
};
export declare const no: <Reason>(reason: Reason) => {
  readonly ok: false;
  readonly reason: Reason;
};
