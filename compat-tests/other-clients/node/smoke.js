'use strict';
// Tests a running server with an unmodified Node client (etcd3).

const assert = require('node:assert');
const { once } = require('node:events');
const { randomUUID } = require('node:crypto');
const { Etcd3, EtcdLockFailedError } = require('etcd3');

const client = new Etcd3({ hosts: 'http://' + process.env.ENDPOINT });
const own = client.namespace(`node-${randomUUID()}/`);

const checks = {
  async 'a put is read back'() {
    await own.put('a').value('1');
    assert.strictEqual(await own.get('a').string(), '1');
  },
  async 'a missing key is null'() {
    assert.strictEqual(await own.get('missing').string(), null);
  },
  async 'a prefix finds its keys'() {
    await own.put('p/b').value('2');
    await own.put('p/a').value('1');
    assert.deepStrictEqual(await own.getAll().prefix('p/').strings(), { 'p/a': '1', 'p/b': '2' });
  },
  async 'keys are sorted and limited'() {
    const keys = await own.getAll().prefix('p/').sort('Key', 'Descend').limit(1).keys();
    assert.deepStrictEqual(keys, ['p/b']);
  },
  async 'an old revision is read'() {
    const first = await own.put('old').value('1');
    await own.put('old').value('2');
    assert.strictEqual(await own.get('old').revision(first.header.revision).string(), '1');
  },
  async 'a deletion counts'() {
    await own.put('d').value('1');
    assert.strictEqual((await own.delete().key('d')).deleted, '1');
    assert.strictEqual((await own.delete().key('d')).deleted, '0');
  },
  async 'a transaction compares'() {
    const put = () => own.if('t', 'Create', '==', 0).then(own.put('t').value('1')).commit();
    assert.strictEqual((await put()).succeeded, true);
    assert.strictEqual((await put()).succeeded, false);
  },
  async 'software transactional memory retries'() {
    await own.put('n').value('0');
    const add = () =>
      own.stm().transact(async (tx) => {
        await tx.put('n').value(Number(await tx.get('n').number()) + 1);
      });
    await Promise.all([add(), add(), add()]);
    assert.strictEqual(await own.get('n').number(), 3);
  },
  async 'a watch sees a put and a deletion'() {
    const watcher = await own.watch().key('w').create();
    const put = once(watcher, 'put');
    await own.put('w').value('1');
    assert.strictEqual((await put)[0].value.toString(), '1');
    const deletion = once(watcher, 'delete');
    await own.delete().key('w');
    await deletion;
    await watcher.cancel();
  },
  async 'a watch begins in the past'() {
    const { header } = await own.put('past').value('1');
    const watcher = own.watch().key('past').startRevision(header.revision).watcher();
    assert.strictEqual((await once(watcher, 'put'))[0].value.toString(), '1');
    await watcher.cancel();
  },
  async 'a revoked lease takes its key'() {
    const lease = own.lease(600);
    await lease.put('l').value('1');
    await lease.keepaliveOnce();
    await lease.revoke();
    assert.strictEqual(await own.get('l').string(), null);
  },
  async 'a lock has one holder'() {
    const lock = await own.lock('lock').ttl(60).acquire();
    await assert.rejects(own.lock('lock').acquire(), EtcdLockFailedError);
    await lock.release();
    await own.lock('lock').do(() => {});
  },
};

async function main() {
  let failures = 0;
  for (const [name, check] of Object.entries(checks)) {
    try {
      await check();
    } catch (e) {
      failures++;
      console.log(`FAILED ${name}: ${e.stack}`);
    }
  }
  console.log(`node: ${Object.keys(checks).length} checks, ${failures} failures`);
  process.exit(failures ? 1 : 0);
}

main();
