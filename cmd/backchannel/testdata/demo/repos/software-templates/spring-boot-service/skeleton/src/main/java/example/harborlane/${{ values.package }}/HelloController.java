package example.harborlane.${{ values.package }};

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class HelloController {
  /** A greeting. */
  public record Hello(String text) {}

  @GetMapping("/v1/hello")
  public Hello hello(@RequestParam(name = "name", defaultValue = "world") String name) {
    return new Hello("Hello, " + name);
  }
}
