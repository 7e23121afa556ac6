// What the film desk says, and how an edit of the film is taken back. Nothing of the page is in it.

const RATES = {
  takes: (fps) => `${fps} frames a second, as the takes have them`,
  held: (fps) => `${fps} frames a second, each picture held: what programs for cutting expect`,
  smooth: (fps) => `${fps} frames a second, those in between drawn by ffmpeg`,
};

/** Say a moment or a length of the film: '0:04.5', '1:20'. */
export function timecode(seconds) {
  const tenths = Math.round(seconds * 10);
  const minutes = Math.floor(tenths / 600);
  const rest = tenths % 600;
  const whole = String(Math.floor(rest / 10)).padStart(2, '0');
  return rest % 10 ? `${minutes}:${whole}.${rest % 10}` : `${minutes}:${whole}`;
}

/** Say what the film of a DeskView would be: 'Five scenes, 0:24, 24 frames a second ...'. */
export function filmWords({ scenes, seconds, settings, fps }) {
  const shown = scenes.filter(({ start }) => start !== null).length;
  if (!shown) return 'No scene can be shown yet: render one on the boards';
  const missing = scenes.filter(({ take, left_out: out }) => !take && !out).length;
  const left = scenes.filter(({ left_out: out }) => out).length;
  const rest = [missing && `${missing} not rendered yet`, left && `${left} left out`].filter(Boolean);
  return [`${shown} ${shown === 1 ? 'scene' : 'scenes'}`, ...rest, timecode(seconds), RATES[settings.rate](fps)].join(', ');
}

/** Say how a scene of a DeskView stands in the film, for its card and for those who do not see it. */
export function placeWords(scene) {
  if (scene.left_out) return 'left out';
  if (!scene.take) return 'not rendered yet';
  const told = [`${timecode(scene.start)} – ${timecode(scene.start + scene.seconds)}`];
  if (isTrimmed(scene)) told.push('trimmed');
  if (scene.voice) told.push('spoken');
  if (scene.held > 0.05) told.push(`held ${timecode(scene.held)}`);
  return told.join(', ');
}

/** Whether only a part of a scene's take is shown. */
export function isTrimmed({ take, from_frame: from, to_frame: to }) {
  return Boolean(take) && (from > 0 || (to !== null && to < take.num_frames));
}

/** Give the frames that are shown of a take: the first and the one after the last. */
export function shownFrames({ take, from_frame: from, to_frame: to }) {
  const first = Math.min(from, take.num_frames - 1);
  return [first, Math.max(first + 1, Math.min(to ?? take.num_frames, take.num_frames))];
}

/** Give how a scene is followed, 'cut' or 'crossfade', and what a press on that changes it to. */
export function joinOf({ join }, { transition }) {
  const now = join || transition;
  const next = now === 'cut' ? 'crossfade' : 'cut';
  return { now, next: next === transition ? null : next };
}

/** Give the change that takes another one back: what those fields hold in a DeskView. */
export function inverse(view, { settings = {}, scenes = {} }) {
  const of = (id) => view.scenes.find((scene) => scene.id === id);
  const held = (scene, name) => (name === 'voice' ? scene.voice && scene.voice.id : scene[name]);
  const kept = (record, names, read) => Object.fromEntries(names.map((name) => [name, read(record, name)]));
  return {
    settings: kept(view.settings, Object.keys(settings), (all, name) => all[name]),
    scenes: Object.fromEntries(Object.entries(scenes).map(([id, change]) => [id, kept(of(id), Object.keys(change), held)])),
  };
}
