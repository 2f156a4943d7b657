<?php
// The part of Laravel that the snippets use, and the shop's own part: sends one request to the controller and prints the response.

namespace Illuminate\Http\Client {
    class RequestException extends \Exception
    {
        public function __construct(public Response $response)
        {
            parent::__construct("HTTP {$response->status}");
        }
    }

    class ConnectionException extends \Exception {}

    class Response
    {
        public function __construct(public int $status, private string $body) {}

        public function serverError(): bool
        {
            return $this->status >= 500;
        }

        public function json(): mixed
        {
            return json_decode($this->body, true);
        }
    }

    class PendingRequest
    {
        private array $headers = [];
        private int $seconds = 30;
        private int $tries = 1;
        private int $pause = 0;
        private $again;

        public function withToken(string $token): static
        {
            return $this->withHeaders(['Authorization' => "Bearer {$token}"]);
        }

        public function withHeaders(array $headers): static
        {
            $this->headers = array_merge($this->headers, $headers);

            return $this;
        }

        public function timeout(int $seconds): static
        {
            $this->seconds = $seconds;

            return $this;
        }

        public function retry(int $tries, int $pause, callable $again): static
        {
            [$this->tries, $this->pause, $this->again] = [$tries, $pause, $again];

            return $this;
        }

        public function send(string $method, string $url, array $options): Response
        {
            for ($try = 1; ; $try++) {
                try {
                    return $this->once($method, $url, json_encode($options['json']));
                } catch (\Exception $error) {
                    if ($try === $this->tries || ! ($this->again)($error)) {
                        throw $error;
                    }
                    usleep($this->pause * 1000);
                }
            }
        }

        private function once(string $method, string $url, string $content): Response
        {
            $header = array_map(fn ($name, $value) => "{$name}: {$value}", array_keys($this->headers), $this->headers);
            $http = ['method' => $method, 'header' => $header, 'content' => $content, 'timeout' => $this->seconds, 'ignore_errors' => true];
            $body = @file_get_contents($url, false, stream_context_create(['http' => $http]));
            if ($body === false) {
                throw new ConnectionException($url);
            }
            $response = new Response((int) explode(' ', $http_response_header[0])[1], $body);

            return $response->status < 400 ? $response : throw new RequestException($response);
        }
    }
}

namespace Illuminate\Support\Facades {
    class Http
    {
        public static function withToken(string $token): \Illuminate\Http\Client\PendingRequest
        {
            return (new \Illuminate\Http\Client\PendingRequest)->withToken($token);
        }
    }
}

namespace Illuminate\Http {
    class Request
    {
        public function __construct(public array $input, private array $headers, private string $body) {}

        public function header(string $name, ?string $default = null): ?string
        {
            return $this->headers[$name] ?? $default;
        }

        public function getContent(): string
        {
            return $this->body;
        }

        public function user(): object
        {
            return (object) ['id' => $this->input['sub']];
        }
    }
}

namespace App\Services {
    class Orders
    {
        public array $settled = [];

        public function place($request): object
        {
            return (object) $request->input;
        }

        public function pay($request): object
        {
            return $this->place($request);
        }

        public function publish($request): object
        {
            return $this->place($request);
        }

        public function settle(string $id, array $event): void
        {
            $this->settled[] = [$id, $event['type']];
        }
    }
}

namespace {
    function config(string $name): string
    {
        return getenv([
            'services.belfry.url' => 'BELFRY_URL',
            'services.belfry.key' => 'BELFRY_API_KEY',
            'services.belfry.token_secret' => 'BELFRY_TOKEN_SECRET',
            'services.belfry.forward_secret' => 'BELFRY_FORWARD_SECRET',
        ][$name]);
    }

    function response(string $body, int $status = 200): object
    {
        return (object) ['status' => $status, 'body' => $body];
    }

    function redirect(string $to): object
    {
        return response('', 302);
    }

    require 'app/Services/Belfry.php';
    require 'app/Http/Controllers/ShopController.php';

    $input = json_decode($argv[2], true);
    $request = new Illuminate\Http\Request($input, $input['headers'] ?? [], $input['body'] ?? '');
    $orders = new App\Services\Orders;
    $shop = new App\Http\Controllers\ShopController(new App\Services\Belfry, $orders);
    $answer = $shop->{$argv[1]}($request);
    echo json_encode(['status' => $answer->status, 'body' => $answer->body, 'settled' => $orders->settled]);
}
