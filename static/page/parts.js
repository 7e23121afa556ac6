// The parts of an open story's page: made once, told what they do, and put where they stand.
import { Editor } from '../editor/editor.js';
import { FilmPlayer } from '../editor/player.js';
import { call } from './api.js';
import { Board } from './board.js';
import { Cast } from './cast.js';
import { ConflictBar } from './conflict.js';
import { el } from './dom.js';
import { Errands } from './errands.js';
import { Film } from './film.js';
import { Watch } from './jobs.js';
import { openKeep } from './keep.js';
import { forgetting, Notice } from './notice.js';
import { decide, isGone, noticed } from './others.js';
import { isAboutClips, Motions } from './motions/motions.js';
import { Outbox } from './outbox.js';
import { Saved } from './saved.js';
import { StoryFindings } from './storyfindings.js';
import { Takes } from './takes.js';
import { TopLine } from './topline.js';

/** Give a workshop what sends its edits and watches its work. */
export function makeMessengers(shop) {
  shop.saved = new Saved();
  shop.conflict = new ConflictBar(() => shop.editor.root);
  shop.outbox = new Outbox({
    post: (body) => call('edit', body),
    hear: (changed, op, deed) => shop.heard(changed, op, deed),
    refuse: (error, { project }) => shop.refused(error, project),
    decide: (theirs, op) => decide(shop, theirs, op),
    gone: (project) => isGone(shop, project),
    tell: (state) => shop.saved.tell(state),
  });
  shop.watch = new Watch({
    story: () => shop.story,
    going: (jobs) => shop.live(jobs),
    ended: (jobs) => {
      shop.motions.ended(jobs.filter(isAboutClips));
      shop.errands.ended(jobs.filter((job) => !isAboutClips(job)));
    },
    heard: ({ revision }) => noticed(shop, revision),
    say: (words) => shop.say(words),
  });
  shop.errands = new Errands({
    ...{ story: shop.story, outbox: shop.outbox, watch: shop.watch },
    flush: () => shop.flush(),
    refresh: (view, film) => shop.refresh(view, film),
    warn: (...told) => shop.notice.draw(...told),
  });
}

/** Give a workshop the window of motions. */
function makeMotions(shop) {
  shop.motions = new Motions({
    story: shop.story,
    place: () => shop.root,
    scene: () => shop.story.scene(shop.selected),
    like: (op) => shop.moveLike(op),
    watch: () => shop.watch,
    settled: () => shop.errands.settled(),
  });
}

/** Give a workshop the parts that are seen. */
export function makeParts(shop) {
  const send = (op) => shop.send(op);
  const say = (words) => shop.say(words);
  shop.editor = new Editor({ send: (op) => (op.op === 'upload-picture' ? shop.errands.picture(op) : shop.send(op, op.op === 'patch' ? '' : undefined)), say });
  shop.player = new FilmPlayer();
  shop.top = new TopLine({
    send,
    saved: shop.saved,
    renderAll: () => shop.errands.render(null, { quality: 'final', seed: 'same' }),
    makeFilm: () => shop.errands.film(),
    playBoxes: () => shop.playBoxes(),
    makeAnimatic: () => shop.errands.animatic(),
    motions: () => shop.motions.open(),
    history: () => shop.openVersions(),
    keep: () => openKeep(shop.root, shop.story.head),
  });
  makeMotions(shop);
  shop.cast = new Cast(send);
  shop.findings = new StoryFindings(send, () => shop.editor.root);
  shop.film = new Film();
  shop.notice = new Notice(() => shop.editor.root);
  shop.board = new Board({ send, select: (id) => shop.select(id), say, foot: shop.findings.mend, name: () => shop.nameScene() });
  shop.takes = new Takes({
    render: (how) => shop.render(how),
    choose: (take) => shop.send({ op: 'choose', scene: shop.selected, take }),
    cancel: (job) => shop.watch.cancel([job.id]),
  });
}

/** Put the parts of a workshop together; gives the element that holds them. */
export function layOut(shop) {
  shop.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
  shop.forgets = forgetting();
  shop.formPlace = el('div');
  shop.heading = el('h3', { class: 'unseen' });
  const stage = el('div', { class: 'workbench' }, el('div', { class: 'editor-place' }, shop.editor.root), shop.takes.root);
  return el('div', { class: 'workshop', hidden: true }, shop.top.root, shop.conflict.root, shop.forgets, shop.notice.root,
    shop.cast.root, shop.findings.root, shop.film.root,
    el('div', { class: 'desk' }, shop.board.root, el('section', { class: 'scene', 'aria-label': 'The selected scene' }, shop.heading, stage, shop.formPlace)),
    shop.spoken, shop.watch.root);
}
