import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

/** The policy under which the package promises to work. */
export const STRICT_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'";

const MIME_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** What to send for one path instead of what is in the folder. Left-out parts stay as they were. */
export interface Answer {
  status?: number;
  type?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  delayMs?: number;
}

/** What is at a path: a folder, a single answer, or what answers the body of a request. */
export type Mount = string | Answer | ((body: string) => Answer);

export interface ServerOptions {
  /** By path or path prefix; the longest prefix wins. */
  mounts: Record<string, Mount>;
  /** Send the two headers that make threads available. Default true. */
  isolated?: boolean;
  /** Instead of the strict one. */
  policy?: string;
  /** Further directives of the policy. */
  morePolicy?: string;
}

export interface LoggedRequest {
  method: string;
  path: string;
  /** Of the answer, once it is known. */
  status?: number;
}

/** Serves folders on this machine, with the headers asked for, and remembers every request. */
export class StaticServer {
  /** Every request since the start or the last `forgetRequests()`. */
  requests: LoggedRequest[] = [];
  private readonly overrides = new Map<string, Answer>();

  private constructor(
    private readonly server: Server,
    private readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions): Promise<StaticServer> {
    const server = createServer();
    const result = new StaticServer(server, options);
    server.on('request', (request, response) => void result.respond(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return result;
  }

  get origin(): string {
    // A name that browsers hold for trustworthy, so that isolation and storage work without TLS.
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Sends something else for a path until `restore()`. */
  override(path: string, answer: Answer): void {
    this.overrides.set(path, answer);
  }

  restore(): void {
    this.overrides.clear();
  }

  forgetRequests(): void {
    this.requests = [];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const logged: LoggedRequest = { method: request.method ?? '', path };
    this.requests.push(logged);
    const override = this.overrides.get(path) ?? {};
    const found = await this.find(path, request).catch(() => null);
    if (found === null) return; // whoever asked was gone before the end of the request
    const answer = { ...found, ...override };
    if (answer.delayMs) await new Promise((resolve) => setTimeout(resolve, answer.delayMs));
    const { isolated = true, policy = STRICT_POLICY, morePolicy = '' } = this.options;
    logged.status = answer.status ?? 200;
    response.writeHead(logged.status, {
      'Cache-Control': 'no-store',
      'Content-Type': answer.type ?? MIME_TYPES[extname(path)] ?? 'application/octet-stream',
      'Content-Security-Policy': policy + morePolicy,
      ...(isolated && {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      }),
      ...answer.headers,
    });
    response.end(answer.body);
  }

  private async find(path: string, request: IncomingMessage): Promise<Answer> {
    const prefixes = Object.keys(this.options.mounts).filter((prefix) => path.startsWith(prefix));
    const prefix = prefixes.sort((a, b) => b.length - a.length)[0];
    const mount = prefix === undefined ? undefined : this.options.mounts[prefix];
    if (prefix === undefined || mount === undefined) return notFound(path);
    if (typeof mount === 'function') return mount(await bodyOf(request));
    if (typeof mount !== 'string') return path === prefix ? mount : notFound(path);
    const inside = normalize(path.slice(prefix.length)).replace(/^\.$/, '');
    if (inside.startsWith('..')) return notFound(path);
    const file = inside === '' || inside.endsWith('/') ? `${inside}index.html` : inside;
    try {
      return { body: await readFile(join(mount, file)), type: MIME_TYPES[extname(file)] as string };
    } catch {
      return notFound(path);
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function notFound(path: string): Answer {
  return { status: 404, type: 'text/plain', body: `there is no ${path}` };
}
