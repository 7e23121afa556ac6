// One thing after the other: what is begun waits until all that was begun before it is over.

/** A line of things to do. */
export class Turns {
  constructor() {
    this.last = Promise.resolve();
  }

  /** Do something when its turn comes; gives what it gives. One that fails holds up no other. */
  async take(work) {
    const before = this.last;
    let end;
    this.last = new Promise((done) => { end = done; });
    await before;
    try {
      return await work();
    } finally {
      end();
    }
  }
}
