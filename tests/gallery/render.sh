#!/bin/sh
# Draws every state of a card on every surface into artifacts/gallery, and a page to look through them: artifacts/gallery/index.html.
# Needs a built solution (Release), Chromium, and npm for Teams' own renderer; without npm Teams' cards are left out.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
out="$root/artifacts/gallery"
mkdir -p "$out/npm"
if command -v npm > /dev/null; then
  (cd "$out/npm" && npm install --silent --no-audit --no-fund --no-package-lock --prefix . adaptivecards@3.0.6 markdown-it@14.1.0) || echo "adaptivecards could not be installed: Teams' cards are left out." >&2
fi
GALLERY_ADAPTIVECARDS="$out/npm/node_modules/adaptivecards/dist/adaptivecards.min.js" GALLERY_MARKDOWN="$out/npm/node_modules/markdown-it/dist/markdown-it.min.js" \
  dotnet "$root/tests/Bot.Tests/bin/Release/net10.0/ChatOps.Bot.Tests.dll" -noLogo -noColor -method "*Every_state_of_a_card_becomes_a_picture*"
echo "$out/index.html"
