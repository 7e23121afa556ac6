// The parts of an open story's page: made once, told what they do, and put where they stand.
import { Editor } from '../editor/editor.js';
import { FilmPlayer } from '../editor/player.js';
import { call } from './api.js';
import { Board } from './board.js';
import { Cast } from './cast.js';
import { openComparison } from './compare.js';
import { ConflictBar } from './conflict.js';
import { el } from './dom.js';
import { Details } from './details.js';
import { Errands } from './errands.js';
import { Film } from './film.js';
import { openFilmWindow } from './filmwindow.js';
import { Watch } from './jobs.js';
import { openKeep } from './keep.js';
import { isAboutLearning, Learned } from './learned/learned.js';
import { forgetting, Notice } from './notice.js';
import { decide, isGone, noticed } from './others.js';
import { isAboutModels, Models } from './models.js';
import { isAboutClips, Motions } from './motions/motions.js';
import { Outbox } from './outbox.js';
import { Saved } from './saved.js';
import { StoryFindings } from './storyfindings.js';
import { Takes } from './takes.js';
import { TopLine } from './topline.js';
import { Unwanted } from './unwanted.js';

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
      shop.models.ended(jobs.filter(isAboutModels));
      shop.learned.ended(jobs.filter(isAboutLearning));
      shop.errands.ended(jobs.filter((job) => ![isAboutClips, isAboutModels, isAboutLearning].some((is) => is(job))));
    },
    heard: ({ revision }) => noticed(shop, revision),
    say: (words) => shop.say(words),
  });
  shop.errands = new Errands({
    ...{ story: shop.story, outbox: shop.outbox, watch: shop.watch },
    flush: () => shop.flush(),
    refresh: (view, film) => shop.refresh(view, film),
    warn: (...told) => shop.notice.draw(...told),
    compare: (scene, without) => compareNewest(shop, scene, without),
  });
}

/** Give a workshop the windows of what was learned. */
function makeLearned(shop) {
  shop.learned = new Learned({
    place: () => shop.root,
    watch: () => shop.watch,
    settled: () => shop.errands.settled(),
    adopt: (view) => shop.refresh(view, false),
    again: () => shop.errands.fetch(null),
  });
}

/** Give a workshop the window of motions. */
function makeMotions(shop) {
  shop.motions = new Motions({
    story: shop.story,
    place: () => shop.root,
    scene: () => shop.story.scene(shop.selected),
    like: (op) => shop.moveLike(op),
    learned: shop.learned,
    watch: () => shop.watch,
    settled: () => shop.errands.settled(),
  });
}

/** Give a workshop the window of models, and what is told of takes. */
function makeModels(shop) {
  shop.details = new Details(shop.story);
  shop.models = new Models({ story: shop.story, place: () => shop.root, watch: () => shop.watch });
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
    filmWindow: (ready) => openFilmWindow(shop.root, ready, () => shop.errands.film()),
    playBoxes: () => shop.playBoxes(),
    makeAnimatic: () => shop.errands.animatic(),
    motions: () => shop.motions.open(),
    learned: () => shop.learned.open(),
    models: () => shop.models.open(),
    history: () => shop.openVersions(),
    keep: () => openKeep(shop.root, shop.story.head),
  });
  makeLearned(shop);
  makeMotions(shop);
  makeModels(shop);
  shop.cast = new Cast(send, (character) => shop.learned.openLook(character));
  shop.findings = new StoryFindings(send, () => shop.editor.root);
  shop.film = new Film();
  shop.notice = new Notice(() => shop.editor.root);
  shop.board = new Board({ send, select: (id) => shop.select(id), say, foot: shop.findings.mend, name: () => shop.nameScene() });
  shop.unwanted = new Unwanted();
  shop.takes = new Takes({
    unwanted: shop.unwanted.root,
    render: (how) => shop.render(how),
    choose: (take) => shop.send({ op: 'choose', scene: shop.selected, take }),
    cancel: (job) => shop.watch.cancel([job.id]),
    details: (take) => shop.details.of(shop.selected, take.id),
    compare: (take, other) => compare(shop, shop.selected, take, other),
  });
}

/** Show a take of a scene beside its comparison. */
function compare(shop, scene, take, other) {
  const title = `${shop.story.scene(scene).title || 'Untitled'}: ${take.label}`;
  openComparison(shop.root, { title, take, other, details: (one) => shop.details.of(scene, one.id) });
}

/** Show the newest comparison of a scene, if it is still there. */
function compareNewest(shop, scene, without) {
  const { takes = [] } = shop.story.scene(scene) || {};
  const other = takes.findLast((one) => one.without === without && one.of);
  if (other) compare(shop, scene, takes.find(({ id }) => id === other.of), other);
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
