// What counts as silence of the studio, which is asked again, and what as an answer.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, test } from 'node:test';
import { call } from '../../../static/page/api.js';

let server;
let next;

before(async () => {
  server = createServer((asked, answer) => {
    asked.resume();
    if (next.cut) { asked.socket.destroy(); return; }
    answer.writeHead(next.status);
    answer.end(next.body);
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  globalThis.document = { baseURI: `http://127.0.0.1:${server.address().port}/` };
});

after(() => server.close());

async function refusal(told) {
  next = told;
  return call('edit', {}).then(() => assert.fail('it was answered'), (error) => error);
}

test('an answer is given', async () => {
  next = { status: 200, body: '{"revision": 7}' };
  assert.deepEqual(await call('edit', {}), { revision: 7 });
});

for (const told of [{ cut: true }, { status: 429, body: 'slowly' }, { status: 503, body: '<h1>waking up</h1>' }, { status: 504, body: '{}' }]) {
  test(`silence: ${JSON.stringify(told)}`, async () => {
    assert.equal((await refusal(told)).silent, true);
  });
}

for (const [status, body, message] of [
  [200, '<h1>Sign in</h1>', 'The studio gave no answer that can be read'],
  [500, '<h1>Oh</h1>', 'The studio gave no answer that can be read'],
  [400, '{"error": {"message": "Too long", "hint": "Say less"}}', 'Too long'],
]) {
  test(`a refusal: ${status} ${body}`, async () => {
    const error = await refusal({ status, body });
    assert.deepEqual([error.silent, error.status, error.message], [false, status, message]);
  });
}

test('a conflict tells what is there', async () => {
  const error = await refusal({ status: 409, body: '{"error": {"message": "Changed"}, "theirs": {"revision": 3}}' });
  assert.deepEqual(error.theirs, { revision: 3 });
});
