// What queue.js keeps on a device of an interpreter.

interface Answer {
  offer: number;
  action: "accept" | "decline";
  reason?: string;
  /** Whose answer it is. */
  who: number;
  /** Of the session it was given in; gone once it was sent. */
  token?: string;
  key: string;
  until: string;
  about: string;
  words: { yes: string; declined: string };
  said?: Said;
}

/** What the server said of an answer. */
interface Said {
  status: "yes" | "declined" | "no" | "sign_in";
  code?: string;
  text?: string;
  assignment?: number;
}

interface Appointment {
  id: number;
  service: string;
  held_at: string;
  ends_at: string;
  keep_until: string;
  what: string;
  reference: string;
  street: string | null;
  municipality: string | null;
  phone: string | null;
}

interface Kept {
  answers(): Promise<Answer[]>;
  keepAnswer(answer: Answer): Promise<unknown>;
  keepSaid(answer: Answer): Promise<boolean>;
  takeAnswer(offer: number): Promise<boolean>;
  agenda(): Promise<Appointment[]>;
  keepAgenda(items: Appointment[]): Promise<unknown>;
  forgetAgenda(): Promise<unknown>;
  forget(): Promise<unknown>;
  sendAnswer(answer: Answer, token?: string): Promise<Said | null>;
  sendWaiting(who?: number, token?: string): Promise<Answer[]>;
  waits(answer: Answer, words: { late?: string; waitsYes?: string; waitsNo?: string }, lang: string): string;
}
