// What a part of the chaos suite found, printed as one line, and its progress while it runs.

export class Report {
  readonly name: string;
  tried = 0;
  /** Acknowledged and not there. */
  lost = 0;
  /** There twice. */
  doubled = 0;
  /** Nobody learned of it in time. */
  unanswered = 0;
  /** Answers 5xx that the part does not expect. */
  faults = 0;
  /** Figures of the part. */
  readonly notes: string[] = [];
  readonly #startedAt = Date.now();
  #shownAt = Date.now();

  constructor(name: string) {
    this.name = name;
  }

  get seconds(): number {
    return (Date.now() - this.#startedAt) / 1000;
  }

  get isClean(): boolean {
    return this.tried > 0 && this.lost + this.doubled + this.unanswered + this.faults === 0;
  }

  /** Every two seconds at most. */
  showProgress(): void {
    if (Date.now() - this.#shownAt < 2000) return;
    this.#shownAt = Date.now();
    console.error(`  ${this.line()}`);
  }

  line(): string {
    const { name, tried, lost, doubled, unanswered, faults } = this;
    const notes = this.notes.map((note) => `; ${note}`).join("");
    return `${name}: ${tried} tried, ${lost} lost, ${doubled} doubled, ${unanswered} unanswered, ${faults} 5xx${notes} (${this.seconds.toFixed(0)} s)`;
  }
}
