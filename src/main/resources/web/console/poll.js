const EVERY = 1000;

/** Asks again a second after each answer, but only while the page is in sight; `ask` ends it by resolving to false. */
export class Poll {
  #ask;
  #timer = null;
  #asking = false;
  #ended = false;
  #onSight = () => this.now();

  constructor(ask) {
    this.#ask = ask;
    document.addEventListener('visibilitychange', this.#onSight);
  }

  async now() {
    clearTimeout(this.#timer);
    if (this.#asking || this.#ended || document.hidden) return;
    this.#asking = true;
    if (await this.#ask() === false) this.close();
    this.#asking = false;
    if (!this.#ended) this.#timer = setTimeout(() => this.now(), EVERY);
  }

  close() {
    this.#ended = true;
    clearTimeout(this.#timer);
    document.removeEventListener('visibilitychange', this.#onSight);
  }
}
