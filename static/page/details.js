// What is told of a take only when it is looked at: its boxes, what is seen of them, and how it was made.
import { call } from './api.js';

/** Asks once for each take of the open story. */
export class Details {
  constructor(story) {
    this.story = story;
    this.known = new Map();
  }

  /** Give the details of a take; null where the studio does not give them. */
  of(scene, take) {
    const { project } = this.story;
    const key = [project, scene, take].join('/');
    if (!this.known.has(key)) this.known.set(key, this.ask(key, { project, scene, take }));
    return this.known.get(key);
  }

  async ask(key, wanted) {
    try {
      return await call('take', wanted);
    } catch (error) {
      if (error.status === undefined) throw error;
      this.known.delete(key); // the next one who looks asks again
      return null;
    }
  }

  clear() {
    this.known.clear();
  }
}
