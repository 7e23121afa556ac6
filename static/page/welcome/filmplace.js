// The film of the first page, large, with what can be done with its story under it.
import { button, el } from '../dom.js';
import { fullest, picture, thirdOfSheet } from '../animatic.js';
import { Reel, shape } from './reel.js';

/** The place; `open()` goes to the story's own page, `watch()` to its film there, `whole()` makes all of it. */
export class FilmPlace {
  constructor({ open, watch, whole }) {
    this.reel = new Reel();
    this.still = el('div', { class: 'take-film reel-frame still', hidden: true });
    this.title = el('h2');
    this.note = el('p', { class: 'note' });
    this.open = button('plain', 'Go on with this story', open);
    this.watch = button('accent', 'Watch the film', watch);
    this.whole = button('accent', '', whole);
    this.acts = el('div', { class: 'first-acts' }, this.watch, this.whole, this.open);
    this.root = el('section', { class: 'film-place', 'aria-label': 'A film' }, this.reel.root, this.still,
      el('div', { class: 'first-line' }, el('div', {}, this.title, this.note), this.reel.switch, this.acts));
  }

  /** Show a FirstStory of `api/first`; `own` where it is the visitor's. */
  draw({ story, reels }, own) {
    const { head, order, scenes } = story;
    const played = this.reel.draw(reels, head.stage.aspect);
    this.still.hidden = played;
    if (!played) this.stillOf(scenes[order[0]], head.stage.aspect);
    this.title.textContent = head.title || 'Untitled';
    this.own(own, played, head.cost);
  }

  /** Say whose it is and what can be done: with an example nothing needs to be. */
  own(own, played, cost) {
    this.note.textContent = own ? 'Your last story' : 'An example: it is yours as soon as you change something';
    this.acts.hidden = !own;
    this.watch.hidden = !played;
    this.whole.hidden = played;
    this.whole.textContent = ['Make the whole film', cost].filter(Boolean).join(', ');
  }

  stillOf(scene, aspect) {
    shape(this.still, aspect);
    const take = scene.takes.find(({ chosen }) => chosen);
    this.still.replaceChildren(take && take.sheet ? thirdOfSheet(take) : picture(scene, fullest(scene), aspect));
  }
}
