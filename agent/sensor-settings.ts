import * as z from 'zod';

const LOOPBACK = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Settings `bmc` of the agent: the baseboard management controller that knows the power of the whole host. */
export const bmcSettings = z
  .strictObject({
    /** The controller; with a path it is that resource which is read, without one it is looked for. */
    url: z.url({ protocol: /^https?$/ }),
    username: z.string().min(1).optional(),
    /** File whose text is the password, or the variable of the agent's environment that holds it. */
    password_file: z.string().min(1).optional(),
    password_env: z.string().min(1).optional(),
    /** Takes a certificate that nobody vouches for. */
    insecure_tls: z.boolean().default(false),
    poll_seconds: z.number().min(1).max(60).default(10),
    timeout_seconds: z.number().min(0.1).max(60).default(5),
  })
  .refine(({ password_file, password_env }) => password_file === undefined || password_env === undefined, {
    message: 'expected password_file or password_env, got both',
  })
  .refine((bmc) => (bmc.username === undefined) === ((bmc.password_file ?? bmc.password_env) === undefined), {
    message: 'expected username and a password together, got one of the two',
  })
  .refine(({ url, username }) => username === undefined || url.startsWith('https:') || isLoopback(url), {
    message: 'expected an https url beside a password',
  });

export type BmcSettings = z.infer<typeof bmcSettings>;

/** Settings `model` of the agent: what the processors of a machine without counters draw, all together and without memory. */
export const modelSettings = z
  .strictObject({ idle_watts: z.number().min(0).max(10_000), full_watts: z.number().positive().max(10_000) })
  .refine(({ idle_watts, full_watts }) => full_watts >= idle_watts, {
    message: 'expected full_watts of at least idle_watts',
  });

export type ModelSettings = z.infer<typeof modelSettings>;

/** Setting `instance_type` of the agent: the machine as the bill names it, where its metadata do not say. */
export const instanceTypeSetting = z.string().min(1);

/** Setting `imds` of the agent: whether the metadata of an EC2 instance are asked for: on EC2, everywhere, nowhere. */
export const imdsSetting = z.enum(['auto', 'always', 'never']).default('auto');

export type ImdsSetting = z.infer<typeof imdsSetting>;

function isLoopback(url: string): boolean {
  return LOOPBACK.test(new URL(url).hostname);
}
