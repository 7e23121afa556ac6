// What is seen of a scene beside its editor: its take playing, the one that is being rendered, or that there is none.
import { boxAt } from '../editor/path.js';
import { BoxesOver, LEGEND } from './boxesover.js';
import { el } from './dom.js';
import { Strip } from './strip.js';
import { TakeFilm } from './takefilm.js';

/** The view of one take at a time, with a switch that lays the boxes over it. */
export class TakeView {
  constructor() {
    this.legend = el('small', { class: 'boxes-legend', text: LEGEND, hidden: true });
    this.box = el('input', { type: 'checkbox', role: 'switch' });
    this.switch = el('label', { class: 'boxes-switch', title: 'Draw the boxes over the picture: asked for as lines, seen in it dashed' }, this.box, 'Boxes', this.legend);
    this.root = el('div', { class: 'take-view' });
    this.box.addEventListener('change', () => this.showBoxes(this.box.checked));
    this.clear();
  }

  clear() {
    this.shown = '';
    this.film = null;
    this.drawLegend();
  }

  /** Show that there is no take. */
  none() {
    this.put('none', el('p', { class: 'no-take', text: 'Render the scene to see it played.' }));
  }

  /** Play a take (a TakeView); gives whether it is another one than before. */
  play(take) {
    if (this.shown === take.video) return false;
    const film = new TakeFilm(take, { boxes: this.box.checked });
    this.put(take.video, film.root);
    this.film = film;
    this.drawLegend();
    return true;
  }

  /** Show the preview of a scene that is being rendered. */
  preview(scene, path) {
    if (this.shown !== 'preview') {
      this.over = new BoxesOver();
      this.strip = new Strip('The take so far', (keyframe) => this.over.at(keyframe + 0.5));
      this.put('preview', el('div', { class: 'take-film' }, this.strip.root, this.over.root));
      this.showBoxes(this.box.checked);
    }
    this.over.draw(scene.regions.map(({ colour, keys }) => ({ colour, boxes: [0, 1, 2, 3, 4, 5].map((at) => boxAt(keys, at)) })), 'hold');
    this.strip.show(path);
  }

  /** Stand still at a keyframe, with the boxes over it. */
  stand(keyframe) {
    this.box.checked = true;
    this.showBoxes(true);
    this.film?.stand(keyframe);
  }

  showBoxes(shown) {
    this.drawLegend();
    if (this.film) this.film.showBoxes(shown);
    else if (this.shown === 'preview') this.over.root.toggleAttribute('hidden', !shown);
  }

  /** Of a take that is still rendered nothing was seen yet. */
  drawLegend() {
    this.legend.hidden = !(this.film && this.box.checked);
  }

  put(shown, content) {
    if (this.shown === shown) return;
    this.clear();
    this.shown = shown;
    this.root.replaceChildren(content);
  }
}
