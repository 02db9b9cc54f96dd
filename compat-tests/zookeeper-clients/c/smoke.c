/*
 * ZooKeeper's C client (multi-threaded, synchronous calls) against a ZooKeeper server: nodes, transactions, watches, access
 * lists, ephemerals, reconnecting. Exits with 1 if something differs.
 *
 * usage: smoke HOST:PORT
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zookeeper/zookeeper.h>

#define EXPECT(condition)                                                    \
  do {                                                                       \
    if (!(condition)) {                                                      \
      fprintf(stderr, "c: line %d: %s\n", __LINE__, #condition);             \
      exit(1);                                                               \
    }                                                                        \
  } while (0)

#define ROOT "/c-client"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

struct client {
  zhandle_t *zk;
  int connected;
  int last_type;
  char last_path[256];
};

static void on_event(zhandle_t *zk, int type, int state, const char *path, void *context) {
  struct client *client = context;
  pthread_mutex_lock(&mutex);
  if (type == ZOO_SESSION_EVENT) {
    client->connected = state == ZOO_CONNECTED_STATE;
  } else {
    client->last_type = type;
    snprintf(client->last_path, sizeof client->last_path, "%s", path);
  }
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

static struct client *start(const char *hosts, const clientid_t *session) {
  struct client *client = calloc(1, sizeof *client);
  client->zk = zookeeper_init(hosts, on_event, 10000, session, client, 0);
  EXPECT(client->zk != NULL);
  pthread_mutex_lock(&mutex);
  while (!client->connected) {
    pthread_cond_wait(&changed, &mutex);
  }
  pthread_mutex_unlock(&mutex);
  return client;
}

static void await_event(struct client *client, int type, const char *path) {
  pthread_mutex_lock(&mutex);
  while (client->last_type == 0) {
    pthread_cond_wait(&changed, &mutex);
  }
  EXPECT(client->last_type == type);
  EXPECT(strcmp(client->last_path, path) == 0);
  client->last_type = 0;
  pthread_mutex_unlock(&mutex);
}

static void authenticated(int rc, const void *data) {
  pthread_mutex_lock(&mutex);
  *(int *)data = rc == ZOK ? 1 : -1;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&mutex);
}

static void delete_tree(zhandle_t *zk, const char *path) {
  struct String_vector children = {0, NULL};
  if (zoo_get_children(zk, path, 0, &children) != ZOK) {
    return;
  }
  for (int i = 0; i < children.count; i++) {
    char child[512];
    snprintf(child, sizeof child, "%s/%s", path, children.data[i]);
    delete_tree(zk, child);
  }
  deallocate_String_vector(&children);
  zoo_delete(zk, path, -1);
}

int main(int argc, char **argv) {
  EXPECT(argc == 2);
  /* A connection whose session moves away is an error to the library, and intended here. */
  zoo_set_debug_level((ZooLogLevel)0);
  struct client *one = start(argv[1], NULL);
  struct client *two = start(argv[1], NULL);
  zhandle_t *zk = one->zk;
  delete_tree(zk, ROOT);

  /* Nodes. */
  char path[256];
  char data[256];
  int length;
  struct Stat stat;
  EXPECT(zoo_create(zk, ROOT, "root", 4, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path) == ZOK);
  EXPECT(strcmp(path, ROOT) == 0);
  EXPECT(zoo_create(zk, ROOT, "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path) == ZNODEEXISTS);
  EXPECT(zoo_create(zk, ROOT "/x/y", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path) == ZNONODE);
  EXPECT(zoo_create(zk, "relative", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path) == ZBADARGUMENTS);
  EXPECT(zoo_create2(zk, ROOT "/n-", NULL, -1, &ZOO_OPEN_ACL_UNSAFE, ZOO_SEQUENCE, path, sizeof path, &stat) == ZOK);
  EXPECT(strcmp(path, ROOT "/n-0000000000") == 0 && stat.version == 0);
  length = sizeof data;
  EXPECT(zoo_get(zk, path, 0, data, &length, &stat) == ZOK);
  EXPECT(length == -1); /* no data */
  EXPECT(zoo_set2(zk, ROOT, "two", 3, 0, &stat) == ZOK && stat.version == 1);
  EXPECT(zoo_set(zk, ROOT, "three", 5, 0) == ZBADVERSION);
  length = sizeof data;
  EXPECT(zoo_get(zk, ROOT, 0, data, &length, &stat) == ZOK && length == 3 && memcmp(data, "two", 3) == 0);
  EXPECT(zoo_delete(zk, ROOT, -1) == ZNOTEMPTY);
  struct String_vector children = {0, NULL};
  EXPECT(zoo_get_children2(zk, ROOT, 0, &children, &stat) == ZOK && children.count == 1 && stat.numChildren == 1);
  deallocate_String_vector(&children);

  /* Watches: data, children, existence. */
  EXPECT(zoo_wexists(two->zk, ROOT "/w", on_event, two, &stat) == ZNONODE);
  EXPECT(zoo_create(zk, ROOT "/w", "", 0, &ZOO_OPEN_ACL_UNSAFE, 0, NULL, 0) == ZOK);
  await_event(two, ZOO_CREATED_EVENT, ROOT "/w");
  length = sizeof data;
  EXPECT(zoo_wget(two->zk, ROOT "/w", on_event, two, data, &length, &stat) == ZOK);
  EXPECT(zoo_set(zk, ROOT "/w", "x", 1, -1) == ZOK);
  await_event(two, ZOO_CHANGED_EVENT, ROOT "/w");
  EXPECT(zoo_wget_children(two->zk, ROOT, on_event, two, &children) == ZOK);
  deallocate_String_vector(&children);
  EXPECT(zoo_delete(zk, ROOT "/w", -1) == ZOK);
  await_event(two, ZOO_CHILD_EVENT, ROOT);
  EXPECT(zoo_wexists(two->zk, ROOT, on_event, two, &stat) == ZOK);
  EXPECT(zoo_remove_watches(two->zk, ROOT, ZWATCHTYPE_DATA, on_event, two, 0) == ZOK);
  EXPECT(zoo_remove_watches(two->zk, ROOT, ZWATCHTYPE_DATA, on_event, two, 0) == ZNOWATCHER);

  /* Transactions. */
  zoo_op_t ops[3];
  zoo_op_result_t results[3];
  zoo_create_op_init(&ops[0], ROOT "/t", "1", 1, &ZOO_OPEN_ACL_UNSAFE, 0, path, sizeof path);
  zoo_set_op_init(&ops[1], ROOT "/t", "2", 1, 0, &stat);
  zoo_check_op_init(&ops[2], ROOT, 1);
  EXPECT(zoo_multi(zk, 3, ops, results) == ZOK && stat.version == 1);
  zoo_delete_op_init(&ops[0], ROOT "/t", -1);
  zoo_check_op_init(&ops[1], ROOT, 9);
  EXPECT(zoo_multi(zk, 2, ops, results) == ZBADVERSION);
  EXPECT(results[0].err == ZOK && results[1].err == ZBADVERSION);
  EXPECT(zoo_exists(zk, ROOT "/t", 0, &stat) == ZOK);

  /* Access lists. */
  int proven = 0;
  EXPECT(zoo_add_auth(zk, "digest", "user:secret", 11, authenticated, &proven) == ZOK);
  pthread_mutex_lock(&mutex);
  while (proven == 0) {
    pthread_cond_wait(&changed, &mutex);
  }
  pthread_mutex_unlock(&mutex);
  EXPECT(proven == 1);
  EXPECT(zoo_create(zk, ROOT "/private", "x", 1, &ZOO_CREATOR_ALL_ACL, 0, NULL, 0) == ZOK);
  length = sizeof data;
  EXPECT(zoo_get(two->zk, ROOT "/private", 0, data, &length, &stat) == ZNOAUTH);
  struct ACL_vector acl = {0, NULL};
  EXPECT(zoo_get_acl(zk, ROOT "/private", &acl, &stat) == ZOK && acl.count == 1);
  EXPECT(strcmp(acl.data[0].id.scheme, "digest") == 0 && strncmp(acl.data[0].id.id, "user:", 5) == 0);
  deallocate_ACL_vector(&acl);

  /* Another connection takes over a session, with its ephemeral nodes. */
  EXPECT(zoo_create(two->zk, ROOT "/mine", "", 0, &ZOO_OPEN_ACL_UNSAFE, ZOO_EPHEMERAL, NULL, 0) == ZOK);
  clientid_t session = *zoo_client_id(two->zk);
  EXPECT(zoo_exists(zk, ROOT "/mine", 0, &stat) == ZOK && stat.ephemeralOwner == session.client_id);
  struct client *again = start(argv[1], &session);
  EXPECT(zoo_client_id(again->zk)->client_id == session.client_id);
  EXPECT(zoo_exists(again->zk, ROOT "/mine", 0, &stat) == ZOK);
  one->last_type = 0;
  EXPECT(zoo_wexists(zk, ROOT "/mine", on_event, one, &stat) == ZOK);
  EXPECT(zookeeper_close(again->zk) == ZOK);
  await_event(one, ZOO_DELETED_EVENT, ROOT "/mine");

  delete_tree(zk, ROOT);
  EXPECT(zookeeper_close(zk) == ZOK);
  puts("c: ok");
  return 0;
}
