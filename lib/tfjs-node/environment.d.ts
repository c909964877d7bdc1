/** What is to be added to the environment of a process that is started to compute. */
export function startEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string>;
/** Options of Node for such a process. */
export const nodeFlags: readonly string[];
