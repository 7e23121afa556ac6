// The window of settings says what is refused, in a studio of one's own and in a shared one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openSettings } from '../../../static/page/settings/window.js';
import { newPage, settle } from './page.mjs';

test('a visitor of a shared studio is told what is refused', async () => {
  const answers = {
    settings: { shared: true, why: 'Others use it too.', allowance: [], version: '1' },
    report: { plain: 'report.zip', words: null, file: 'report.zip' },
  };
  newPage((route) => { if (route in answers) return answers[route]; throw new TypeError('Failed to fetch'); });
  const settings = openSettings({ place: document.body });
  await settle();
  assert.equal(settings.saying.root.isConnected, true);
  assert.match(settings.saying.root.textContent, /does not answer/);
});
