// The scenes of the first page's story as small cards; one of them is open in the editor.
import { fullest, picture, thirdOfSheet } from '../animatic.js';
import { el } from '../dom.js';

/** The row of cards; `pick(id)` opens a scene. */
export class Cards {
  constructor(pick) {
    this.pick = pick;
    this.root = el('div', { class: 'welcome-cards', role: 'group', 'aria-label': 'The scenes' });
  }

  /** Show SceneViews, one of them as the open one. */
  draw(scenes, open, aspect) {
    const held = this.root.contains(document.activeElement) && document.activeElement.dataset.scene;
    this.root.replaceChildren(...scenes.map((scene, at) => this.card(scene, at + 1, scene.id === open, aspect)));
    if (held) [...this.root.children].find((card) => card.dataset.scene === held)?.focus({ preventScroll: true });
  }

  card(scene, number, open, aspect) {
    const take = scene.takes.find(({ chosen }) => chosen);
    const thumb = el('span', { class: 'thumb' }, take && take.sheet ? thirdOfSheet(take) : picture(scene, fullest(scene), aspect));
    thumb.style.aspectRatio = String(aspect);
    const card = el('button', { type: 'button', class: 'welcome-card', 'data-scene': scene.id, 'aria-pressed': String(open) },
      thumb, el('span', { class: 'number', text: String(number) }), el('strong', { text: scene.title || 'Untitled' }));
    card.addEventListener('click', () => this.pick(scene.id));
    return card;
  }
}
