import{j as a}from"./XGD64AXU.js";import"./6FP3AEWR.js";import"./Z2N3SN74.js";import"./24APU5LN.js";import"./QR57UGQV.js";import"./KPYX2UJN.js";import"./45GWE4C6.js";export{a as default};
