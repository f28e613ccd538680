// What the service worker finds there: TypeScript's library knows its world only as that of any worker.

/** What the page without a network is made of (web/install.py writes it before the rest). */
declare const SHELL: { version: string; files: string[] };

declare const clients: Clients;
declare const registration: ServiceWorkerRegistration;
declare function skipWaiting(): Promise<void>;
declare function addEventListener<K extends keyof Heard>(name: K, take: (event: Heard[K]) => void): void;

/** Background sync: the browser says that there is a network again. */
interface Heard extends ServiceWorkerGlobalScopeEventMap {
  sync: ExtendableEvent & { tag: string };
}
