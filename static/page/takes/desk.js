// What is done with takes: it joins their part of the page and their windows with the studio.
import { openComparison } from '../compare.js';
import { toast } from '../toast.js';
import { openAgain } from './again.js';
import { SideBySide } from './sidebyside.js';
import { UsesWindow } from './uses.js';

/** What is done with the takes of the selected scene of a workshop. */
export class TakeDesk {
  constructor(shop) {
    this.shop = shop;
    this.window = this.usesWindow = null;
    this.awaited = ''; // the scene of which several takes were asked for
  }

  get scene() {
    return this.shop.story.scene(this.shop.selected);
  }

  /** What the Takes of the page ask for. */
  get hooks() {
    return {
      render: (wish) => this.render(wish),
      choose: (take) => this.send('choose', { take }),
      cancel: (jobs) => this.shop.watch.cancel(jobs.map(({ id }) => id)),
      drop: (take) => this.drop(take),
      recover: (take) => this.send('recover_take', { take }),
      again: (take) => this.again(take),
      without: (take, without) => this.ask(take, { without }),
      compare: (take, other) => this.compare(this.shop.selected, take, other),
      details: (take) => this.shop.details.of(this.shop.selected, take.id),
      sideBySide: () => this.open(),
      uses: () => { this.usesWindow = new UsesWindow(this.shop.root, this.scene, (region, column, use) => this.use(region, column, use)); },
    };
  }

  /** Show a SceneView in the windows that are open. */
  draw(scene) {
    for (const window of [this.window, this.usesWindow]) if (window?.open) window.draw(scene);
  }

  /** Show the work that goes on; where several takes were asked for, it is told when the last one is there. */
  live(jobs) {
    if (this.window?.open) this.window.live(jobs.filter(({ scene_id: scene }) => scene === this.shop.selected));
    if (!this.awaited) return;
    if (jobs.some(({ scene_id: scene }) => scene === this.awaited)) this.began = true;
    else if (this.began) this.ended(this.awaited);
  }

  ended(scene) {
    Object.assign(this, { began: false, awaited: '' });
    if (this.window?.open) return;
    const see = () => { this.shop.select(scene); this.shop.steps.go('boards'); this.open(); };
    toast('The takes are ready.', { action: { words: 'See them side by side', run: see } });
  }

  render(wish) {
    if (wish.count > 1) this.awaited = this.shop.selected;
    return this.shop.render(wish);
  }

  send(op, told) {
    return this.shop.send({ op, scene: this.shop.selected, ...told });
  }

  use(region, { character_id, motion_id }, use) {
    return this.send('use', { region, character_id, motion_id, use });
  }

  /** Delete a take; beside a window that says so itself, a message offers to bring it back. Gives whether it was done. */
  async drop({ id, label }) {
    const scene = this.shop.selected;
    if (!await this.send('drop_take', { take: id })) return false;
    if (this.window?.open) return true;
    const back = () => this.shop.send({ op: 'recover_take', scene, take: id });
    toast(`${label} is deleted.`, { action: { words: 'Bring it back', run: back } });
    return true;
  }

  open() {
    if (this.window?.open) return;
    this.window = new SideBySide(this.shop.root, this.scene, this.hooks);
    this.live(this.shop.jobs);
  }

  again(take) {
    openAgain(this.shop.root, take, {
      again: (changes) => this.ask(take, changes),
      back: () => this.send('scene_of_take', { take: take.id }),
    });
  }

  /** Have a take made again by its recipe, with what is changed in it. */
  ask(take, changes) {
    return this.shop.errands.ask('render_again', { scene: this.shop.selected, take: take.id, ...changes });
  }

  /** Show a take of a scene beside its comparison. */
  compare(scene, take, other) {
    const title = `${this.shop.story.scene(scene).title || 'Untitled'}: ${take.label}`;
    openComparison(this.shop.root, { title, take, other, details: (one) => this.shop.details.of(scene, one.id) });
  }

  /** Show the newest comparison of a scene, if it is still there. */
  compareNewest(scene, without) {
    const { takes = [] } = this.shop.story.scene(scene) || {};
    const other = takes.findLast((one) => one.without === without && one.of);
    if (other) this.compare(scene, takes.find(({ id }) => id === other.of), other);
  }
}
