"""Notifications on a device, in a real browser; only the browser maker's own push service is replaced."""

from collections.abc import Callable

from playwright.sync_api import BrowserContext, expect

from tests.e2e.conftest import Platform

# A headless browser has no push service behind it: asking for permission and subscribing are answered here.
PUSH_SERVICE = """
const kept = {
  endpoint: "https://fcm.googleapis.com/fcm/send/e2e",
  toJSON() { return { endpoint: this.endpoint, keys: { p256dh: "k", auth: "a" } }; },
  async unsubscribe() { sessionStorage.removeItem("subscribed"); return true; },
};
Object.defineProperty(Notification, "permission", { get: () => sessionStorage.getItem("permission") ?? "default" });
Notification.requestPermission = async () => {
  sessionStorage.setItem("permission", "granted");
  return "granted";
};
PushManager.prototype.getSubscription = async () => (sessionStorage.getItem("subscribed") ? kept : null);
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  sessionStorage.setItem("subscribed", String(applicationServerKey.length));
  return kept;
};
"""


def test_an_interpreter_switches_notifications_on_and_off_on_her_telephone(
    platform: Platform, sign_in: Callable[..., BrowserContext]
) -> None:
    telephone = sign_in(platform.account("interpreter"), width=360)
    telephone.add_init_script(PUSH_SERVICE)
    page = telephone.pages[0]
    page.goto("/me")
    on, off = (page.get_by_role("button", name=f"Meldingen {word}zetten") for word in ("aan", "uit"))
    on.click()
    expect(page.get_by_text("Dit toestel krijgt meldingen.")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('subscribed')") == "65"
    root = page.evaluate("navigator.serviceWorker.ready.then((it) => [it.scope, it.active.scriptURL])")
    assert root == [f"{platform.address}/", f"{platform.address}/service-worker.js"]
    page.reload()
    off.click()
    expect(page.get_by_text("Dit toestel krijgt geen meldingen.")).to_be_visible()
    expect(on).to_be_visible()
