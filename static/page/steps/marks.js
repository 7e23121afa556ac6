// The short mark on each step's tab: what is stale in it and why, or how far it is.
import { boardsMark, castMark, filmMark, storyMark } from './saying.js';

const SAID = { story: storyMark, boards: boardsMark, cast: castMark, film: filmMark };

/** The marks of the tabs, by the name of their step. */
export class Marks {
  constructor(places) {
    this.places = places;
    this.jobs = [];
    this.view = null;
  }

  /** Show a story: `{head, scenes}`. */
  draw(view) {
    this.view = view;
    for (const [name, place] of this.places) {
      const { words, stale } = SAID[name](view, this.jobs);
      if (place.textContent !== words) place.textContent = words;
      place.classList.toggle('stale', stale);
    }
  }

  /** Show the work that goes on. */
  live(jobs) {
    this.jobs = jobs;
    if (this.view) this.draw(this.view);
  }
}
