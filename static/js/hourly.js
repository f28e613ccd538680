// A page that is printed every hour is fetched anew every hour; the one that is there stays when there is no network.
"use strict";

setInterval(() => {
  if (navigator.onLine) location.reload();
}, 60 * 60 * 1000);
