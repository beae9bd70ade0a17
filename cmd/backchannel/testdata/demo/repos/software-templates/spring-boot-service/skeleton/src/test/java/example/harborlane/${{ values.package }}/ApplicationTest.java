package example.harborlane.${{ values.package }};

import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.autoconfigure.web.servlet.AutoConfigureMockMvc;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.web.servlet.MockMvc;

@SpringBootTest
@AutoConfigureMockMvc
class ApplicationTest {
  @Autowired private MockMvc http;

  @Test
  void greets() throws Exception {
    http.perform(get("/v1/hello").param("name", "ada"))
        .andExpect(status().isOk())
        .andExpect(jsonPath("$.text").value("Hello, ada"));
  }

  @Test
  void isReady() throws Exception {
    http.perform(get("/actuator/health/readiness")).andExpect(status().isOk());
  }
}
