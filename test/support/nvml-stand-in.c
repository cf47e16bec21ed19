/*
 * A stand-in for NVIDIA's libnvidia-ml.so.1, for tests on hosts without a GPU. What it answers stands in a text file beside
 * it, `<library>.script`, read anew whenever it was replaced: one `key=value` a line.
 *
 *   init, count, gpu0.uuid, gpu0.name, gpu0.energy (mJ), gpu0.power, gpu0.limit (mW), gpu0.field185.0 (field.scope, mW),
 *   gpu0.processes=PID:GPU_INSTANCE …, gpu0.clients=PID:GPU_INSTANCE …, gpu0.samples=PID@MICROSECONDS:PERCENT …,
 *   gpu0.mig=SLICES:GPU_INSTANCE …, gpu0mig1.processes, stride (bytes of one process), hang=KEY (until it is gone)
 *
 * A value `!15` answers with return code 15; a key that is not there with 3, NOT_SUPPORTED. Layouts and signatures follow
 * NVIDIA's nvml.h. -DOLD leaves out the functions that old drivers do not have.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUCCESS = 0, INVALID = 2, NOT_SUPPORTED = 3, NOT_FOUND = 6, INSUFFICIENT_SIZE = 7 };
enum { SCRIPT_LENGTH = 262144, VALUE_LENGTH = SCRIPT_LENGTH };
enum { GPU_HANDLE = 0x1000, MIG_HANDLE = 0x100000, MIG_PER_GPU = 0x100, LONGEST_HANG_US = 30000000, TOTAL_ENERGY = 83 };

static char script[SCRIPT_LENGTH];

/* Reads the script where it has been replaced: the reader calls one function at a time, so nobody else is looking. */
static int read_script(void) {
  static struct stat last;
  struct stat now;
  char path[4096];
  Dl_info self;
  dladdr((void *)read_script, &self);
  snprintf(path, sizeof path, "%s.script", self.dli_fname);
  if (stat(path, &now) != 0) return NOT_SUPPORTED;
  if (now.st_ino == last.st_ino && now.st_size == last.st_size && !memcmp(&now.st_mtim, &last.st_mtim, sizeof now.st_mtim))
    return SUCCESS;
  FILE *file = fopen(path, "r");
  if (!file) return NOT_SUPPORTED;
  script[0] = '\n';
  script[1 + fread(script + 1, 1, sizeof script - 2, file)] = 0;
  fclose(file);
  last = now;
  return SUCCESS;
}

/* The value of a key as text: 0 where it is there, else the return code to answer with. */
static int look_up(const char *key, char *value) {
  char line[80];
  if (read_script() != SUCCESS) return NOT_SUPPORTED;
  snprintf(line, sizeof line, "\n%s=", key);
  char *at = strstr(script, line);
  if (!at) return NOT_SUPPORTED;
  at += strlen(line);
  size_t length = strcspn(at, "\n");
  memcpy(value, at, length);
  value[length] = 0;
  return value[0] == '!' ? atoi(value + 1) : SUCCESS;
}

static int answer(const char *key, char *value) {
  static char hung[VALUE_LENGTH];
  for (int waited = 0; waited < LONGEST_HANG_US; waited += 2000) {
    if (look_up("hang", hung) != SUCCESS || strcmp(hung, key)) break;
    usleep(2000);
  }
  return look_up(key, value);
}

/* gpu0 or gpu0mig1, from a handle. */
static int key_of(uintptr_t handle, const char *what, char *key) {
  if (handle >= MIG_HANDLE) {
    unsigned place = handle - MIG_HANDLE;
    return snprintf(key, 64, "gpu%umig%u.%s", place / MIG_PER_GPU, place % MIG_PER_GPU, what);
  }
  if (handle < GPU_HANDLE) return -1;
  return snprintf(key, 64, "gpu%u.%s", (unsigned)(handle - GPU_HANDLE), what);
}

static int about(uintptr_t handle, const char *what, char *value) {
  char key[64];
  return key_of(handle, what, key) < 0 ? INVALID : answer(key, value);
}

static int number(const char *key, uint32_t *out) {
  static char value[VALUE_LENGTH];
  int code = answer(key, value);
  if (code == SUCCESS) *out = strtoul(value, 0, 10);
  return code;
}

static int number_about(uintptr_t handle, const char *what, uint32_t *out) {
  char key[64];
  return key_of(handle, what, key) < 0 ? INVALID : number(key, out);
}

static int text_about(uintptr_t handle, const char *what, char *out, unsigned length) {
  static char value[VALUE_LENGTH];
  int code = about(handle, what, value);
  if (code == SUCCESS) snprintf(out, length, "%s", value);
  return code;
}

int nvmlInit_v2(void) {
  static char value[VALUE_LENGTH];
  int code = answer("init", value);
  return code == NOT_SUPPORTED ? SUCCESS : code;
}
int nvmlShutdown(void) { return SUCCESS; }
int nvmlDeviceGetCount_v2(uint32_t *count) { return number("count", count); }

int nvmlDeviceGetHandleByIndex_v2(uint32_t index, uintptr_t *handle) {
  static char value[VALUE_LENGTH];
  *handle = GPU_HANDLE + index;
  int code = about(*handle, "handle", value);
  return code == NOT_SUPPORTED ? SUCCESS : code;
}

int nvmlDeviceGetUUID(uintptr_t handle, char *out, unsigned length) { return text_about(handle, "uuid", out, length); }
int nvmlDeviceGetName(uintptr_t handle, char *out, unsigned length) { return text_about(handle, "name", out, length); }
int nvmlDeviceGetEnforcedPowerLimit(uintptr_t handle, uint32_t *out) { return number_about(handle, "limit", out); }
int nvmlDeviceGetPowerUsage(uintptr_t handle, uint32_t *out) { return number_about(handle, "power", out); }

#ifndef OLD
int nvmlDeviceGetTotalEnergyConsumption(uintptr_t handle, unsigned long long *out) {
  static char value[VALUE_LENGTH];
  int code = about(handle, "energy", value);
  if (code == SUCCESS) *out = strtoull(value, 0, 10);
  return code;
}

struct field { uint32_t id, scope; int64_t timestamp, latency; uint32_t type, code; uint64_t value; };
_Static_assert(sizeof(struct field) == 40, "nvmlFieldValue_t");

int nvmlDeviceGetFieldValues(uintptr_t handle, int count, struct field *fields) {
  for (int index = 0; index < count; index++) {
    static char text[VALUE_LENGTH];
    char what[32];
    snprintf(what, sizeof what, "field%u.%u", fields[index].id, fields[index].scope);
    fields[index].code = about(handle, what, text);
    uint64_t value = strtoull(text, 0, 10);
    fields[index].type = fields[index].id == TOTAL_ENERGY ? 3 : 1;
    /* A driver that writes an unsigned int leaves the rest of the union as it was. */
    memset(&fields[index].value, 0xee, sizeof fields[index].value);
    memcpy(&fields[index].value, &value, fields[index].type == 3 ? 8 : 4);
  }
  return SUCCESS;
}
#endif

static unsigned count_in(const char *list) {
  unsigned count = 0;
  char *end;
  for (strtoul(list, &end, 10); end != list; strtoul(list, &end, 10)) {
    count++;
    list = end + strcspn(end, " ");
  }
  return count;
}

static int processes(uintptr_t handle, const char *what, uint32_t *count, unsigned char *out, unsigned default_stride) {
  static char value[VALUE_LENGTH];
  uint32_t stride = default_stride;
  number("stride", &stride);
  int code = about(handle, what, value);
  if (code != SUCCESS) return code;
  unsigned room = *count;
  *count = count_in(value);
  if (*count > room) return INSUFFICIENT_SIZE;
  char *at = value;
  for (unsigned index = 0; index < *count; index++, out += stride) {
    unsigned char whole[32] = {0};
    uint32_t pid = strtoul(at, &at, 10), instance = *at == ':' ? strtoul(at + 1, &at, 10) : 0xffffffff;
    uint64_t bytes = 1 << 30;
    memcpy(whole, &pid, 4);
    memcpy(whole + 8, &bytes, 8);
    memcpy(whole + 16, &instance, 4);
    memcpy(whole + 20, instance == 0xffffffff ? &instance : &(uint32_t){0}, 4);
    memcpy(out, whole, stride);
  }
  return SUCCESS;
}

#ifdef OLD
int nvmlDeviceGetComputeRunningProcesses(uintptr_t handle, uint32_t *count, void *out) {
  return processes(handle, "processes", count, out, 16);
}
#else
int nvmlDeviceGetComputeRunningProcesses_v3(uintptr_t handle, uint32_t *count, void *out) {
  return processes(handle, "processes", count, out, 24);
}
int nvmlDeviceGetMPSComputeRunningProcesses_v3(uintptr_t handle, uint32_t *count, void *out) {
  return processes(handle, "clients", count, out, 24);
}

struct sample { uint32_t pid; uint64_t timestamp; uint32_t sm, memory, encoder, decoder; };
_Static_assert(sizeof(struct sample) == 32, "nvmlProcessUtilizationSample_t");

int nvmlDeviceGetProcessUtilization(uintptr_t handle, struct sample *out, uint32_t *count, unsigned long long since) {
  static char value[VALUE_LENGTH];
  int code = about(handle, "samples", value);
  if (code != SUCCESS) return code;
  unsigned room = *count, found = 0;
  char *at = value;
  for (unsigned left = count_in(value); left > 0; left--) {
    struct sample sample = {0};
    sample.pid = strtoul(at, &at, 10);
    sample.timestamp = strtoull(at + 1, &at, 10);
    sample.sm = strtoul(at + 1, &at, 10);
    if (sample.timestamp <= since) continue;
    if (found < room) out[found] = sample;
    found++;
  }
  *count = found;
  return found == 0 ? NOT_FOUND : found > room ? INSUFFICIENT_SIZE : SUCCESS;
}

int nvmlDeviceGetMigMode(uintptr_t handle, uint32_t *current, uint32_t *pending) {
  static char value[VALUE_LENGTH];
  int code = about(handle, "mig", value);
  if (code == SUCCESS) *current = *pending = 1;
  return code;
}
int nvmlDeviceGetMaxMigDeviceCount(uintptr_t handle, uint32_t *count) {
  (void)handle;
  *count = 7;
  return SUCCESS;
}

/* SLICES:GPU_INSTANCE of the MIG device at a place. */
static int mig_device(unsigned place, uint32_t *slices, uint32_t *instance) {
  static char value[VALUE_LENGTH];
  int code = about(GPU_HANDLE + place / MIG_PER_GPU, "mig", value);
  if (code != SUCCESS) return code;
  char *at = value;
  unsigned count = count_in(value);
  if (place % MIG_PER_GPU >= count) return NOT_FOUND;
  for (unsigned index = 0; index <= place % MIG_PER_GPU; index++) {
    *slices = strtoul(at, &at, 10);
    *instance = strtoul(at + 1, &at, 10);
  }
  return SUCCESS;
}

int nvmlDeviceGetMigDeviceHandleByIndex(uintptr_t handle, uint32_t index, uintptr_t *out) {
  uint32_t slices, instance;
  unsigned place = (handle - GPU_HANDLE) * MIG_PER_GPU + index;
  *out = MIG_HANDLE + place;
  return mig_device(place, &slices, &instance);
}
int nvmlDeviceGetGpuInstanceId(uintptr_t handle, uint32_t *out) {
  uint32_t slices;
  return mig_device(handle - MIG_HANDLE, &slices, out);
}

struct attributes { uint32_t counts[6], gpu_slices, compute_slices; uint64_t megabytes; };
_Static_assert(sizeof(struct attributes) == 40, "nvmlDeviceAttributes_t");

int nvmlDeviceGetAttributes_v2(uintptr_t handle, struct attributes *out) {
  uint32_t instance;
  memset(out, 0xee, sizeof *out);
  return mig_device(handle - MIG_HANDLE, &out->gpu_slices, &instance);
}
#endif
