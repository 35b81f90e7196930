// What it costs to run commands: wall and CPU seconds (children included) in alternation, and memory.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

// Node reads a bundle of certificates at every start where this names one: 30 ms that no contestant asks for
delete process.env.NODE_EXTRA_CA_CERTS;

/** Wall and CPU seconds of a shell command. */
function time(command) {
  const out = execFileSync(
    'bash',
    ['-c', `TIMEFORMAT='%3R %3U %3S'; { time { ${command}; } 2>/dev/null; } 2>&1`],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  const [wall, user, system] = out.trim().split(' ').map(Number);
  return { wall, cpu: user + system };
}

/** Runs each of the named commands in turn, so many rounds; gives the medians of each. */
export function alternate(commands, rounds) {
  const times = Object.fromEntries(Object.keys(commands).map((who) => [who, []]));
  for (let round = 0; round < rounds; round++)
    for (const [who, command] of Object.entries(commands)) times[who].push(time(command));
  return Object.fromEntries(
    Object.entries(times).map(([who, all]) => [
      who,
      { wall: median(all.map((one) => one.wall)), cpu: median(all.map((one) => one.cpu)) },
    ]),
  );
}

/** The most memory that a program had at once, in MB (VmHWM of proc(5)); it says nothing on standard output. */
export function mostMemory(program, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'ignore'] });
    let most = 0;
    const look = () => {
      try {
        const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'));
        most = Math.max(most, Number(kilobytes?.[1] ?? 0) / 1000);
      } catch {
        // it has ended
      }
    };
    const timer = setInterval(look, 2);
    child.on('error', reject);
    child.on('exit', (status) => {
      clearInterval(timer);
      if (status === 0) resolve(most);
      else reject(new Error(`${program} ended with status ${status}`));
    });
  });
}
