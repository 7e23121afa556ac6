// What the menu of the top line offers: what is done with the whole story, and with the page itself.
import { download } from '../download.js';
import { openKeep } from '../keep.js';
import { startTour } from '../tour.js';

/** Give the entries of the menu of an open story. */
export function menuEntries(shop) {
  const { head } = shop.story;
  return [
    { words: 'Keep this story (zip, json, plan) …', run: () => openKeep(shop.root, head) },
    { words: 'Earlier versions …', run: () => shop.openVersions() },
    ...animatic(shop, head),
    { words: 'What was learned …', run: () => shop.learned.open() },
    { words: 'All work …', run: () => shop.openJobs() },
    ...(head.models ? [{ words: 'Models …', run: () => shop.models.open() }] : []),
    { words: 'Settings …', run: () => shop.openSettings() },
    { words: 'All keys', keys: '?', run: () => shop.editor.sheet.open() },
    { words: 'Show me around', run: () => startTour(shop) },
  ];
}

function animatic(shop, { animatic: made }) {
  const making = shop.jobs.some(({ kind }) => kind === 'animatic');
  const save = () => download('', made.video, made.file).click();
  return [
    ...(made ? [{ words: 'Download the animatic (mp4)', run: save }] : []),
    { words: made ? 'Make the animatic again' : 'Make the animatic (mp4)', disabled: making, run: () => shop.errands.animatic() },
  ];
}
