# A private MariaDB with a table to measure on. Sourced by `run`.

# start_server FOLDER: sets server_socket, server_port and server_pid. As root the server runs as mysql.
start_server() {
    local folder=$1
    local -a as=()
    if [ "$(id -u)" = 0 ]; then
        as=(--user=mysql)
        chown mysql "$folder"
    fi
    server_socket=$folder/s
    server_port=$((20000 + RANDOM % 12000))
    mariadb-install-db --no-defaults "${as[@]}" --datadir="$folder/data" --auth-root-authentication-method=normal \
        --skip-test-db --skip-name-resolve >"$folder/install.log" 2>&1
    cat >"$folder/init.sql" <<'SQL'
CREATE DATABASE bench;
CREATE USER 'bench'@'%' IDENTIFIED BY 'bench';
GRANT ALL ON bench.* TO 'bench'@'%';
SQL
    chmod 644 "$folder/init.sql"
    mariadbd --no-defaults "${as[@]}" --datadir="$folder/data" --socket="$server_socket" --port="$server_port" \
        --bind-address=127.0.0.1 --pid-file="$folder/pid" --skip-name-resolve --skip-log-bin \
        --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=1G --init-file="$folder/init.sql" \
        --log-error="$folder/server.log" >"$folder/server.out" 2>&1 &
    server_pid=$!
    local tries=0
    until client -e 'SELECT 1' >"$folder/login.out" 2>&1; do
        sleep 0.1
        tries=$((tries + 1))
        if [ "$tries" -gt 300 ]; then
            tail "$folder/server.log" "$folder/login.out" >&2
            return 1
        fi
    done
}

stop_server() {
    if [ -n "${server_pid:-}" ]; then
        kill "$server_pid" && wait "$server_pid"
        server_pid=
    fi
    return 0
}

# client ARGUMENTS...: the server's own client, over the same TCP connection as the program measured.
client() {
    mariadb --no-defaults -h 127.0.0.1 -P "$server_port" -u bench -pbench "$@" bench
}

# make_table ROWS: the table t, of mixed types; some values are NULL, some ask for quotes, some are not ASCII.
make_table() {
    client <<SQL
CREATE TABLE t (
  id INT UNSIGNED NOT NULL PRIMARY KEY,
  customer BIGINT NOT NULL,
  amount DECIMAL(12,2) NOT NULL,
  ratio DOUBLE NOT NULL,
  name VARCHAR(60) CHARACTER SET utf8mb4 NOT NULL,
  remark VARCHAR(100) CHARACTER SET utf8mb4,
  ordered DATETIME NOT NULL,
  shipped DATE,
  quantity SMALLINT,
  fingerprint BINARY(8) NOT NULL
);
INSERT INTO t SELECT
  seq,
  seq * 7919000001 % 9000000000000,
  seq * 37 % 100000000 / 100,
  seq / 7,
  CONCAT(ELT(1 + seq % 5, 'customer ', 'Müller & Söhne ', 'société ', '東京商店 ', 'plain name '), seq),
  CASE seq % 8 WHEN 0 THEN NULL WHEN 1 THEN 'delivered, then returned'
    WHEN 2 THEN 'he said "later" twice' WHEN 3 THEN '' ELSE CONCAT('nothing to remark on order ', seq) END,
  '2020-01-01' + INTERVAL seq * 31 % 200000000 SECOND,
  IF(seq % 3 = 0, NULL, '2020-01-01' + INTERVAL seq % 2000 DAY),
  IF(seq % 10 = 0, NULL, seq % 30000),
  UNHEX(LEFT(SHA1(seq), 16))
FROM seq_1_to_$1;
SQL
}
