# Two banks and the two firewalls between them, each in a network of its own, with a capture at each test point. Called
# inside fresh namespaces with a directory, a Python and where its programs are. Until `stop` stands in that directory it does
# what scripts in `orders/` say, and leaves what they said and their code beside them.
set -eu
cd "$1"
python=$2 programs=$3
mount -t tmpfs none /run
for name in bank fw-1 fw-2 other; do
  ip netns add $name
  ip -n $name link set lo up
done
wire() { # FROM INTERFACE ADDRESS TO INTERFACE ADDRESS
  ip link add "$2" netns "$1" type veth peer name "$5" netns "$4"
  ip -n "$1" address add "$3" dev "$2"
  ip -n "$4" address add "$6" dev "$5"
  # One segment a packet, so that a burst is not one packet too large for the sensors.
  ip -n "$1" link set "$2" gso_max_segs 1 up
  ip -n "$4" link set "$5" gso_max_segs 1 up
}
wire bank line-1 10.1.0.2/24 fw-1 inner 10.1.0.1/24
wire bank line-2 10.2.0.2/24 fw-2 inner 10.2.0.1/24
wire fw-1 outer 10.3.0.1/24 other line-1 10.3.0.2/24
wire fw-2 outer 10.4.0.1/24 other line-2 10.4.0.2/24
ip -n bank route add 10.3.0.0/24 via 10.1.0.1
ip -n bank route add 10.4.0.0/24 via 10.2.0.1
ip -n other route add 10.1.0.0/24 via 10.3.0.1
ip -n other route add 10.2.0.0/24 via 10.4.0.1
for name in fw-1 fw-2; do
  ip netns exec $name sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  printf 'table inet filter {\n chain through {\n  type filter hook forward priority 0; policy accept;\n }\n}\n' |
    ip netns exec $name nft -f -
done
# The second route stands by: nothing passes it.
ip netns exec fw-2 nft add rule inet filter through drop

running=
trap 'kill $running 2>/dev/null || true' EXIT
capture() { # NAME NETWORK INTERFACE
  ip netns exec "$2" tcpdump --immediate-mode -U -s 96 -i "$3" -w "$1.pcap" 'tcp or icmp' 2>"$1.said" &
  running="$running $!"
}
capture bank bank line-1
capture fw-1-inside fw-1 inner
capture fw-1-outside fw-1 outer
capture other-bank other line-1
for name in fw-1 fw-2; do
  ip netns exec $name tcpdump --immediate-mode -U -B 32768 -s 2048 -i outer -w - 'tcp dst port 5000' 2>$name.said |
    "$python" "$programs/sensor.py" $name.log &
  running="$running $!"
done
for name in bank fw-1-inside fw-1-outside other-bank fw-1 fw-2; do
  until grep -q 'listening on' $name.said; do sleep 0.05; done
done
ip netns exec other "$python" "$programs/other_bank.py" ledger.ndjson 2>other.err &
running="$running $!"
until [ -e listening ]; do sleep 0.05; done
ip netns exec bank "$python" "$programs/bank.py" 2>bank.err &
running="$running $!"
touch ready
until [ -e stop ]; do
  for order in orders/*.sh; do
    if [ -e "$order" ] && [ ! -e "$order.code" ]; then
      code=0
      sh "$order" >"$order.said" 2>&1 || code=$?
      echo $code >"$order.new"
      mv "$order.new" "$order.code"
    fi
  done
  sleep 0.05
done
