import { z } from 'zod';

/** The ARN of one resource of a service, spelled out: a star is refused. `resource` is how its last part begins. */
export function arnOf(service: string, resource: string) {
  return z
    .string()
    .regex(
      new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]*:(\\d{12}|aws):${resource}[A-Za-z0-9/_+=,.@-]+$`),
      `expected the ARN of one ${service} ${resource.replace(/[/:]$/, '')}`,
    );
}
