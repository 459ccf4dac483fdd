# What the estate does to a route when a chain is switched: `stop`, `close`, `open` or `send`, in the directory of the fire.
set -eu
cd "$1"
tell() { # NAME TEXT: the gateway does it
  printf '%s\n' "$2" >"told/.$1"
  mv "told/.$1" "told/$1"
  until [ -e "told/$1.done" ]; do sleep 0.05; done
}
order() { # SCRIPT: the networks do it
  printf '%s\n' "$1" >"orders/.$MERIDIAN_KEY"
  mv "orders/.$MERIDIAN_KEY" "orders/$MERIDIAN_KEY.sh"
  until [ -e "orders/$MERIDIAN_KEY.sh.code" ]; do sleep 0.05; done
  cat "orders/$MERIDIAN_KEY.sh.said"
  return "$(cat "orders/$MERIDIAN_KEY.sh.code")"
}
if [ "$MERIDIAN_DRY_RUN" = 1 ]; then
  echo "would $2"
  exit
fi
case $2 in
stop) tell fence "" ;;
close) order "ip netns exec fw-1 nft insert rule inet filter through drop" ;;
open) order "ip netns exec fw-2 nft flush chain inet filter through" ;;
send) tell replay "$MERIDIAN_LIST" ;;
esac
echo "did $2"
