const SECOND = 1000;

/** Asks again a while after each answer, but only while the page is in sight; `ask` ends it by resolving to false. */
export class Poll {
  #ask;
  #timer = null;
  #asking = false;
  #ended = false;
  #soon = false;
  #every;
  #onSight = () => this.now();

  /** @param every milliseconds from an answer to the next question */
  constructor(ask, every = SECOND) {
    this.#ask = ask;
    this.#every = every;
    document.addEventListener('visibilitychange', this.#onSight);
  }

  async now() {
    clearTimeout(this.#timer);
    if (this.#asking || this.#ended || document.hidden) return;
    this.#asking = true;
    this.#soon = false;
    if (await this.#ask() === false) this.close();
    this.#asking = false;
    if (!this.#ended) this.#timer = setTimeout(() => this.now(), this.#soon ? SECOND : this.#every);
  }

  /** Asks within a second or so of the first of such calls. */
  soon() {
    if (this.#soon || this.#ended) return;
    this.#soon = true;
    if (this.#asking) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.now(), SECOND);
  }

  close() {
    this.#ended = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#onSight);
  }
}
