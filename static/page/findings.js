// What is wrong with a story or one of its scenes: how much it matters, where, and a button that fixes it.
import { el, keepFocus } from './dom.js';

const SEVERITIES = { error: ['✕', 'Broken'], warning: ['!', 'Warning'], hint: ['i', 'Hint'] };
const COUNTED = { error: ['broken thing', 'broken things'], warning: ['warning', 'warnings'] };

/** Draw findings into a list; `fix(key)` is called for a fix, `show(keyframe)` for one pointed at, `home` gets a focus that is left over. */
export function drawFindings(list, findings, { fix, home, show = () => {} }) {
  const made = JSON.stringify(findings);
  if (list.dataset.made === made) return; // keeps the focus where it is
  list.dataset.made = made;
  const focused = list.contains(document.activeElement);
  list.hidden = !findings.length;
  list.replaceChildren(...findings.map((finding) => line(finding, fix, show)));
  if (focused) keepFocus(list.querySelector('button'), home);
}

/** Give the mark of the gravest finding: `{mark, words, severity}`, or null where there is none but hints. */
export function gravest(findings) {
  for (const severity of ['error', 'warning']) {
    const number = findings.filter((finding) => finding.severity === severity).length;
    const [[mark], [name, plural]] = [SEVERITIES[severity], COUNTED[severity]];
    if (number) return { mark, severity, number, words: `${number} ${number === 1 ? name : plural}` };
  }
  return null;
}

function line(finding, fix, show) {
  const [mark, severity] = SEVERITIES[finding.severity] || SEVERITIES.hint;
  const root = el('li', { class: `finding ${finding.severity}` },
    el('i', { class: 'mark', 'aria-hidden': 'true', text: mark }),
    el('span', {}, el('strong', { text: `${severity}: ` }), finding.words));
  if (finding.fix) {
    const button = el('button', { type: 'button', class: 'link fix', text: `Fix: ${finding.fix}` });
    button.addEventListener('click', () => fixOnce(button, () => fix(finding.key)));
    root.append(button);
  }
  if (finding.keyframe !== null && finding.keyframe !== undefined) {
    for (const event of ['pointerenter', 'focusin']) root.addEventListener(event, () => show(finding.keyframe));
  }
  return root;
}

/** A second click while the first is on its way does nothing; the button keeps the focus until it is gone. */
async function fixOnce(button, fix) {
  if (button.ariaDisabled === 'true') return;
  button.ariaDisabled = 'true';
  await fix();
  button.ariaDisabled = null;
}
