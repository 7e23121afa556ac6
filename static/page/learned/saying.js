// The line of a window that tells what was refused or done.
import { el } from '../dom.js';
import { sentence } from '../toast.js';

/** A line that is read out; `attempt` does something and tells in it what the studio refuses. */
export class Saying {
  constructor() {
    this.root = el('p', { class: 'said', role: 'alert', hidden: true });
  }

  /** Tell something; '' puts the line away. */
  tell(words) {
    this.root.textContent = words;
    this.root.hidden = !words;
  }

  /** Do something; what the studio refuses is told, then `after` is done. */
  async attempt(work, after = null) {
    try {
      this.tell('');
      return await work();
    } catch (error) {
      if (error.status === undefined) throw error;
      this.tell([error.message, error.hint].filter(Boolean).map(sentence).join(' '));
      if (after) await after();
      return null;
    }
  }
}
