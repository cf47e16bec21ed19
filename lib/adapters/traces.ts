/** A call to the outside, as far as a trace tells of it: who is asked, never what. */
export interface TracedCall {
  readonly host: string;
  readonly method: string;
}

/** Ways to trace calls to the outside. */
export interface Traces {
  /** Sees to it that each call of an AWS client has a segment of its own. */
  client<Client>(client: Client): Client;
  /** Makes a call with a segment of its own. */
  call<Answer>(call: TracedCall, send: () => Promise<Answer>): Promise<Answer>;
}

let traces: Traces = { client: (client) => client, call: (_, send) => send() };

/** Traces from now on. Called by functions alone: on a laptop nothing traces, and no tracer is loaded. */
export function traceWith(those: Traces): void {
  traces = those;
}

/** Every AWS client is made through here, so that a function traces what it calls. */
export function tracedClient<Client>(client: Client): Client {
  return traces.client(client);
}

/** Every call that is not one of an AWS client is sent through here. */
export function tracedCall<Answer>(call: TracedCall, send: () => Promise<Answer>): Promise<Answer> {
  return traces.call(call, send);
}
