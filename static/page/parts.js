// The parts of an open story's page: made once, told what they do, and put where they stand.
import { Editor } from '../editor/editor.js';
import { FilmPlayer } from '../editor/player.js';
import { call } from './api.js';
import { Board } from './board.js';
import { Cast } from './cast.js';
import { ConflictBar } from './conflict.js';
import { el } from './dom.js';
import { Details } from './details.js';
import { Errands } from './errands.js';
import { FilmDesk } from './film/desk.js';
import { Watch } from './jobs.js';
import { openJobs } from './jobs/window.js';
import { isAboutLearning, Learned } from './learned/learned.js';
import { forgetting, Notice } from './notice.js';
import { decide, isGone, noticed } from './others.js';
import { isAboutModels, Models } from './models.js';
import { isAboutClips, Motions } from './motions/motions.js';
import { Outbox } from './outbox.js';
import { Saved } from './saved.js';
import { BoardsLine } from './steps/boards.js';
import { CastStep } from './steps/caststep.js';
import { PAGE_KEYS } from './steps/keys.js';
import { openSettings } from './settings/window.js';
import { menuEntries } from './steps/menuentries.js';
import { Script } from './steps/script.js';
import { Steps } from './steps/steps.js';
import { StoryFindings } from './storyfindings.js';
import { Takes } from './takes.js';
import { TakeDesk } from './takes/desk.js';
import { TopLine } from './topline.js';
import { offerTour, startTour } from './tour.js';
import { Unwanted } from './unwanted.js';
import { WholeFilm } from './wholefilm.js';

/** What the main button does, by what `nextOf` says. */
const DOINGS = {
  whole: (shop) => shop.wholeFilm.press(),
  film: (shop) => { shop.steps.go('film'); shop.errands.film(); },
  watch: (shop) => { shop.steps.go('film'); shop.film.reveal(); },
};

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
      shop.castStep.ended(jobs);
      shop.wholeFilm.ended(jobs);
      shop.errands.ended(jobs.filter((job) => ![isAboutClips, isAboutModels, isAboutLearning].some((is) => is(job))));
    },
    heard: ({ revision }) => noticed(shop, revision),
    say: (words) => shop.say(words),
    all: () => shop.openJobs(),
  });
  shop.openJobs = () => openJobs({ place: shop.root, story: shop.story, ask: () => shop.watch.ask() });
  shop.errands = new Errands({
    ...{ story: shop.story, outbox: shop.outbox, watch: shop.watch },
    flush: () => shop.flush(),
    refresh: (view, film) => shop.refresh(view, film),
    warn: (...told) => shop.notice.draw(...told),
    compare: (scene, without) => shop.takeDesk.compareNewest(scene, without),
  });
  shop.wholeFilm = new WholeFilm({
    story: shop.story,
    ask: (route) => shop.errands.ask(route),
    warn: (...told) => shop.notice.draw(...told),
    learn: () => shop.steps.go('cast'),
    watch: () => DOINGS.watch(shop),
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
    closed: () => shop.castStep.again(),
  });
}

/** Give a workshop the window of models, and what is told of takes. */
function makeModels(shop) {
  shop.details = new Details(shop.story);
  shop.openSettings = () => openSettings({
    place: shop.root,
    project: () => shop.story.project,
    changed: () => shop.reopen(),
    models: (pack) => shop.models.open(pack),
  });
  shop.models = new Models({ own: async () => shop.story.project, place: () => shop.root, watch: () => shop.watch });
}

/** Give a workshop the parts that are seen. */
export function makeParts(shop) {
  const send = (op) => shop.send(op);
  const say = (words) => shop.say(words);
  shop.editor = new Editor({ send: (op) => (op.op === 'upload-picture' ? shop.errands.picture(op) : shop.send(op, op.op === 'patch' ? '' : undefined)), say, keys: PAGE_KEYS });
  shop.player = new FilmPlayer();
  shop.top = new TopLine({
    send,
    saved: shop.saved,
    next: (does) => DOINGS[does](shop),
    plays: () => shop.openSettings(),
    entries: () => menuEntries(shop),
  });
  makeLearned(shop);
  makeMotions(shop);
  makeModels(shop);
  shop.cast = new Cast(send, (character) => shop.learned.openLook(character));
  shop.findings = new StoryFindings(send, () => shop.editor.root);
  shop.notice = new Notice(() => shop.editor.root);
  shop.board = new Board({ send, select: (id) => shop.select(id), say, foot: shop.findings.mend, name: () => shop.nameScene() });
  shop.unwanted = new Unwanted();
  shop.takeDesk = new TakeDesk(shop);
  shop.takes = new Takes({ unwanted: shop.unwanted.root, ...shop.takeDesk.hooks });
  makeStepParts(shop);
}

/** Give a workshop what its steps show beside the board: the script, the cast and motions, the film. */
function makeStepParts(shop) {
  const show = (scene) => { shop.select(scene); shop.steps.go('boards'); };
  const settled = () => shop.errands.settled();
  shop.script = new Script({
    send: (op) => shop.send(op),
    replan: (scene, note) => shop.errands.replan(scene, note, shop.askReplan),
    show,
    versions: () => shop.openVersions(),
    findings: shop.findings.root,
  });
  shop.boards = new BoardsLine({
    playBoxes: () => shop.playBoxes(),
    renderAll: () => shop.errands.render(null, { quality: 'final', seed: 'same' }),
    cast: () => shop.steps.go('cast', { focus: true }),
  });
  shop.castStep = new CastStep({ cast: shop.cast, motions: shop.motions, learned: shop.learned, show, settled, isShown: () => shop.steps.now === 'cast' });
  makeFilm(shop);
}

/** Give a workshop its film. */
function makeFilm(shop) {
  shop.film = new FilmDesk({
    settled: () => shop.errands.settled(),
    send: (op) => shop.send(op),
    makeFilm: () => shop.errands.film(),
    say: (words) => shop.say(words),
    changed: (film) => {
      shop.story.head = { ...shop.story.head, film };
      for (const part of [shop.top, shop.steps]) part.draw({ head: shop.story.head, scenes: shop.story.list() });
    },
  });
}

/** Put the parts of a workshop together; gives the element that holds them. */
export function layOut(shop) {
  shop.spoken = el('p', { class: 'unseen', 'aria-live': 'polite' });
  shop.forgets = forgetting();
  shop.formPlace = el('div');
  shop.heading = el('h3', { class: 'unseen' });
  shop.steps = new Steps({ panels: panelsOf(shop), say: (words) => shop.say(words), leave: (step) => shop.leaveStep(step) });
  shop.offer = offerTour(() => startTour(shop));
  return el('div', { class: 'workshop', hidden: true }, shop.top.root, shop.steps.root, shop.offer, shop.conflict.root, shop.forgets, shop.notice.root,
    ...shop.steps.panels.values(), shop.spoken, shop.editor.sheet.root, shop.watch.root);
}

/** Give what stands in each step, by its name. */
function panelsOf(shop) {
  const stage = el('div', { class: 'workbench' }, el('div', { class: 'editor-place' }, shop.editor.root), shop.takes.root);
  const desk = el('div', { class: 'desk' }, shop.board.root, el('section', { class: 'scene', 'aria-label': 'The selected scene' }, shop.heading, stage, shop.formPlace));
  return {
    story: [shop.script.root],
    boards: [shop.boards.root, desk],
    cast: shop.castStep.parts,
    film: [shop.film.root],
  };
}
